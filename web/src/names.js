import { Marker } from "maplibre-gl";

/* The usual width and height of a name, in pixels. */
const LETTER = 3.7;
const HIGH = 16;

/* The names of areas as marks on a map, from a zoom on. Of two names that would lie on each other the second is not shown. */
export function nameAreas(map, shapes, from) {
  const markers = shapes.features.map(({ properties }) => {
    const element = document.createElement("span");
    element.className = "map-name";
    element.setAttribute("aria-hidden", "true");
    element.textContent = properties.name;
    return new Marker({ element }).setLngLat(properties.middle).addTo(map);
  });
  const show = () => {
    const taken = [];
    const far = map.getZoom() < from;
    for (const marker of markers) {
      const { x, y } = map.project(marker.getLngLat());
      const half = marker.getElement().textContent.length * LETTER;
      const lies = taken.some((t) => Math.abs(t.y - y) < HIGH && Math.abs(t.x - x) < t.half + half);
      marker.getElement().hidden = far || lies;
      if (!far && !lies) taken.push({ x, y, half });
    }
  };
  map.on("zoomend", show);
  show();
}
