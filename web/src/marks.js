/* The marks of the types, drawn once per theme: the same shapes as in the drawn map, in the colours of the style sheet. */

const SIZE = 22;
const SCALE = 2;

const polygon = (points) => (pen) => {
  pen.beginPath();
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
};

const SHAPES = [
  (pen) => {
    pen.beginPath();
    pen.arc(0, 0, 5.5, 0, 2 * Math.PI);
  },
  polygon([[-5, -5], [5, -5], [5, 5], [-5, 5]]),
  polygon([[0, -6.5], [6.5, 5], [-6.5, 5]]),
  polygon([[0, -7], [7, 0], [0, 7], [-7, 0]]),
  polygon([[-6.5, -5], [6.5, -5], [0, 6.5]]),
  polygon([[-3, -6.5], [3, -6.5], [6.5, 0], [3, 6.5], [-3, 6.5], [-6.5, 0]]),
  polygon([[-2, -6], [2, -6], [2, -2], [6, -2], [6, 2], [2, 2], [2, 6], [-2, 6], [-2, 2], [-6, 2], [-6, -2], [-2, -2]]),
];

/* A colour of the style sheet as the browser resolves it for the present theme. */
export function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function draw(index, hollow) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.translate(SIZE / 2, SIZE / 2);
  SHAPES[index](pen);
  pen.lineJoin = "round";
  pen.strokeStyle = colour("raised");
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = hollow ? colour("raised") : colour(`mark-${index}`);
  pen.fill();
  pen.strokeStyle = colour(`mark-${index}`);
  pen.lineWidth = hollow ? 2 : 1;
  pen.stroke();
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/* Doubtful values are hollow, as in the charts. */
export function addMarks(map) {
  SHAPES.forEach((_, index) => {
    for (const hollow of [false, true]) {
      const name = `mark-${index}${hollow ? "-hollow" : ""}`;
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, draw(index, hollow), { pixelRatio: SCALE });
    }
  });
}

/* Diagonal lines for areas of which nothing is known. */
export function addHatch(map) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour("hatch");
  pen.lineWidth = 2.5;
  for (const shift of [-16, 0, 16]) {
    pen.beginPath();
    pen.moveTo(shift - 2, 18);
    pen.lineTo(shift + 18, -2);
    pen.stroke();
  }
  if (map.hasImage("hatch")) map.removeImage("hatch");
  map.addImage("hatch", pen.getImageData(0, 0, 16, 16), { pixelRatio: 2 });
}
