// Make the letters of the map style: each 256 of a font as distance fields, below assets/fonts.
// That takes some 20 s, so they are kept beside the packages for as long as these are the same.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FONT = "Noto Sans SC Regular";
const PACKAGE = "@expo-google-fonts/noto-sans-sc";
const FILE = "400Regular/NotoSansSC_400Regular.ttf";
const AT_ONCE = 256;
/** As far as MapLibre asks: the basic plane. */
const CHARACTERS = 65536;

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const versionOf = (name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;
const kept = join(here, "node_modules", ".cache", `glyphs-${versionOf("fontnik")}-${versionOf(PACKAGE)}`);

async function make(folder) {
  const range = promisify(require("fontnik").range);
  const font = readFileSync(join(here, "node_modules", PACKAGE, FILE));
  mkdirSync(folder, { recursive: true });
  let next = 0;
  const work = async () => {
    while (next < CHARACTERS) {
      const start = next;
      next += AT_ONCE;
      const end = start + AT_ONCE - 1;
      writeFileSync(join(folder, `${start}-${end}.pbf`), await range({ font, start, end }));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  // Whoever hands the font on hands on its licence (SIL OFL 1.1).
  cpSync(join(here, "node_modules", PACKAGE, "LICENSE_FONT"), join(folder, "LICENSE.txt"));
}

if (!existsSync(kept)) {
  const unfinished = `${kept}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await make(join(unfinished, FONT));
  renameSync(unfinished, kept);
}
cpSync(kept, join(here, "assets", "fonts"), { recursive: true });
