import { useSignal } from "@preact/signals";
import type { PatrolWhole } from "../api/patrols";
import { lonLatOf } from "../map/plane";
import { nowhere, placeAt } from "../playback/track";
import { language } from "../state";
import { formatClock, formatSpeed } from "../workers/patrol_words";
import { pointed, way } from "../workers/patrolling";
import { profileOf, profilePath, speedAt, type Profile } from "../workers/profile";
import { t } from "./words";

const [WIDTH, HEIGHT] = [300, 72];
const STEPS = 600;

/** How fast somebody went over time; where the chart is pointed at, the map has a mark. */
export function SpeedProfile({ patrol }: { patrol: PatrolWhole }) {
  const track = way.value;
  const profile = track && profileOf(track);
  const atS = useSignal<number | null>(null);
  if (!profile) return null;
  const point = (momentS: number): void => {
    atS.value = momentS;
    const { x, y, isShown } = placeAt(track, momentS, nowhere());
    if (isShown) pointed.value = lonLatOf(x, y);
  };
  const shownS = atS.value ?? profile.fromS;
  const told = `${formatClock(shownS * 1000, language.value)} ${formatSpeed(speedAt(profile, shownS), language.value)}`;
  return (
    <div class="profile">
      <h3>{t("patrol.speed")}</h3>
      <output>{told}</output>
      <Chart profile={profile} patrol={patrol} atS={atS.value} onPoint={point} />
      <input
        type="range"
        aria-label={t("patrol.cursor")}
        aria-valuetext={told}
        min={profile.fromS}
        max={profile.untilS}
        step={Math.max(1, Math.round((profile.untilS - profile.fromS) / STEPS))}
        value={shownS}
        onInput={(event) => {
          point(event.currentTarget.valueAsNumber);
        }}
      />
      <p class="note ends" aria-hidden="true">
        <span>{formatClock(profile.fromS * 1000, language.value)}</span>
        <span>{formatClock(profile.untilS * 1000, language.value)}</span>
      </p>
    </div>
  );
}

interface ChartProps {
  profile: Profile;
  patrol: PatrolWhole;
  atS: number | null;
  onPoint: (momentS: number) => void;
}

function Chart({ profile, patrol, atS, onPoint }: ChartProps) {
  const { fromS, untilS } = profile;
  const x = (momentS: number) => (WIDTH * (momentS - fromS)) / (untilS - fromS);
  const pointAt = (event: PointerEvent & { currentTarget: SVGSVGElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    onPoint(fromS + share * (untilS - fromS));
  };
  const bands = (kind: string, spans: readonly { begins_at: string; ends_at: string }[]) =>
    spans.map(({ begins_at, ends_at }) => {
      const [begin, end] = [x(Date.parse(begins_at) / 1000), x(Date.parse(ends_at) / 1000)];
      return <rect key={begins_at} class={kind} x={begin} y={0} width={Math.max(end - begin, 1)} height={HEIGHT} />;
    });
  return (
    <svg
      role="img"
      aria-label={t("patrol.speedCurve", { top: formatSpeed(profile.topMps, language.value) })}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      onPointerDown={pointAt}
      onPointerMove={pointAt}
    >
      {bands("stay", patrol.stays)}
      {bands("gap", patrol.gaps)}
      <path d={profilePath(profile, WIDTH, HEIGHT - 4)} transform="translate(0 2)" />
      {atS !== null && <line x1={x(atS)} x2={x(atS)} y1={0} y2={HEIGHT} />}
    </svg>
  );
}
