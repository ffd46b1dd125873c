import type { Kind } from "../api/shapes";
import { pictogram } from "../map/icons";
import { ICON_COLOURS } from "../theme";

/** A kind's badge, the same as on the map. */
export function KindIcon({ kind }: { kind: Kind }) {
  return (
    <svg class="badge" viewBox="0 0 26 26" aria-hidden="true">
      <circle cx="13" cy="13" r="12" fill={ICON_COLOURS[kind]} />
      <path transform="translate(6 6) scale(.583)" d={pictogram(kind)} fill="#fff" />
    </svg>
  );
}
