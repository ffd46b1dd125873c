import type { FeatureCollection } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import type { Alarm } from "../api/alarms";
import { ALARM, GROUND } from "../theme";
import { BOLD_FONTS } from "./draft";

export const ALARMS_SOURCE = "alarms";
/** The style layer that takes clicks. */
export const ALARM_SIGNS = "alarm-signs";

/** Open alarms, above all else: those that nobody sees to in a ring, a call for help in a wide one. */
export const ALARM_LAYERS: readonly LayerSpecification[] = [
  {
    id: "alarm-rings",
    type: "circle",
    source: ALARMS_SOURCE,
    filter: ["get", "waits"],
    paint: {
      "circle-color": ALARM.sos,
      "circle-opacity": 0.18,
      "circle-radius": ["match", ["get", "kind"], "sos", 26, 17],
      "circle-stroke-color": ["match", ["get", "kind"], "sos", ALARM.sos, ALARM.other],
      "circle-stroke-width": ["match", ["get", "kind"], "sos", 3, 2],
    },
  },
  {
    id: ALARM_SIGNS,
    type: "symbol",
    source: ALARMS_SOURCE,
    layout: {
      "icon-image": ["match", ["get", "kind"], "sos", "alarm-sos", "alarm-other"],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "symbol-sort-key": ["get", "order"],
      "text-field": ["get", "text"],
      "text-font": BOLD_FONTS,
      "text-size": 12,
      "text-max-width": 20,
      "text-anchor": "bottom",
      "text-offset": [0, -1.4],
      "text-optional": true,
    },
    paint: {
      "icon-opacity": ["case", ["get", "waits"], 1, 0.6],
      "text-color": ALARM.text,
      "text-halo-color": GROUND.halo,
      "text-halo-width": 1.8,
    },
  },
];

/** Alarms as map features, as far as they have a place; `say` says what each is. */
export function alarmFeatures(alarms: readonly Alarm[], say: (alarm: Alarm) => string): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: alarms.flatMap((alarm, order) => {
      const { id, kind, lon, lat } = alarm;
      if (lon === null || lat === null) return [];
      return [
        {
          type: "Feature" as const,
          geometry: { type: "Point" as const, coordinates: [lon, lat] },
          // What is listed first lies on the others.
          properties: { id, kind, order: -order, waits: alarm.acknowledged_at === null, text: say(alarm) },
        },
      ];
    }),
  };
}
