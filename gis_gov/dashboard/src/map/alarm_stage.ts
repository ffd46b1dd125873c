import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { Alarm } from "../api/alarms";
import { ALARM_SIGNS, alarmFeatures, ALARMS_SOURCE } from "./alarm_layers";

const CLICK_REACH_PX = 8;

/** Draws open alarms on a map, and tells which one was clicked. */
export class AlarmMap {
  constructor(
    readonly map: MapLibreMap,
    readonly onChoose: (id: number) => void,
  ) {}

  /** Draw these. */
  showAlarms(alarms: readonly Alarm[], say: (alarm: Alarm) => string): void {
    const draw = (): void => {
      void this.map.getSource<GeoJSONSource>(ALARMS_SOURCE)?.setData(alarmFeatures(alarms, say));
    };
    if (this.map.getSource(ALARMS_SOURCE)) draw();
    else void this.map.once("style.load", draw);
  }

  /** Take a click if it is on an alarm. */
  click(x: number, y: number): boolean {
    const [found] = this.map.queryRenderedFeatures(
      [
        [x - CLICK_REACH_PX, y - CLICK_REACH_PX],
        [x + CLICK_REACH_PX, y + CLICK_REACH_PX],
      ],
      { layers: [ALARM_SIGNS] },
    );
    const { id } = (found?.properties ?? {}) as { id?: number };
    if (id === undefined) return false;
    this.onChoose(id);
    return true;
  }
}
