import type { NearKind } from "../api/shapes";
import { pictogram } from "../map/icons";
import { FIRM_COLOUR, ICON_COLOURS } from "../theme";

/** A works with a chimney: the map draws no enterprises, so its icons have none. */
const FIRM = "M3 21V10l5 3.5V10l5 3.5V10l2 1.4V3h4v18zM6 15.5v2.5h2.5v-2.5zM11 15.5v2.5h2.5v-2.5z";

/** A kind's badge, the same as on the map. */
export function KindIcon({ kind }: { kind: NearKind }) {
  const [colour, path] = kind === "enterprise" ? [FIRM_COLOUR, FIRM] : [ICON_COLOURS[kind], pictogram(kind)];
  return (
    <svg class="badge" viewBox="0 0 26 26" aria-hidden="true">
      <circle cx="13" cy="13" r="12" fill={colour} />
      <path transform="translate(6 6) scale(.583)" d={path} fill="#fff" fill-rule="evenodd" />
    </svg>
  );
}
