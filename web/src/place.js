/* A place as corners and as text: the same forms as the server reads. */

/* As many as the server takes. */
export const POINTS_MOST = 500;
const LEAST = { point: 1, line: 2, area: 3 };
const DIGITS = 6;

const round = (degrees) => Number(degrees.toFixed(DIGITS));

/* A corner on the earth, also where the map was moved around it. */
export const corner = ({ lng, lat }) => [round(((((lng + 180) % 360) + 360) % 360) - 180), round(Math.max(-90, Math.min(90, lat)))];

/* So many corners are still missing. */
export const missing = (shape, corners) => Math.max(0, LEAST[shape] - corners.length);

/* How many corners fit: an area repeats its first one. */
export const most = (shape) => (shape === "point" ? 1 : shape === "area" ? POINTS_MOST - 1 : POINTS_MOST);

/* The GeoJSON geometry; nothing while corners are missing. */
export function geometry(shape, corners) {
  if (missing(shape, corners)) return null;
  if (shape === "point") return { type: "Point", coordinates: corners[0] };
  if (shape === "line") return { type: "LineString", coordinates: corners };
  return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
}

/* Shape and corners of a geometry; nothing for what has several parts, and is not changed by hand. */
export function read(geometry) {
  const { type, coordinates } = geometry ?? {};
  if (type === "Point") return { shape: "point", corners: [coordinates.slice(0, 2)] };
  if (type === "LineString") return { shape: "line", corners: coordinates.map((one) => one.slice(0, 2)) };
  if (type === "Polygon" && coordinates.length === 1) return { shape: "area", corners: coordinates[0].slice(0, -1).map((one) => one.slice(0, 2)) };
  return null;
}
