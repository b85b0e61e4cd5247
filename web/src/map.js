import { mount } from "svelte";
import "maplibre-gl/dist/maplibre-gl.css";
import Map from "./Map.svelte";

const place = document.getElementById("map");
const supported = () => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
};

/* The drawn map stays until the living one has drawn itself, and stays for good where there is no WebGL. */
if (place && supported()) {
  const drawn = place.firstElementChild;
  mount(Map, {
    target: place,
    props: {
      stations: place.dataset.stations,
      areas: place.dataset.areas,
      words: JSON.parse(place.dataset.words),
      ready: () => drawn?.remove(),
    },
  });
}
