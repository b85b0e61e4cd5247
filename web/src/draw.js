import { mount } from "svelte";
import Draw from "./Draw.svelte";

const place = document.getElementById("draw");
const field = document.querySelector('textarea[name="place"]');
const supported = () => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
};

/* The drawn picture and the field of text stay where there is no WebGL; the field stays in any case, as what is drawn is sent as its text. */
if (place && field && supported()) {
  const drawn = place.querySelector("svg");
  mount(Draw, {
    target: place,
    props: {
      areas: place.dataset.areas,
      touched: place.dataset.touched,
      words: JSON.parse(place.dataset.words),
      field,
      boxes: [...document.querySelectorAll('input[name="area"]')],
      ready: () => drawn?.remove(),
    },
  });
}
