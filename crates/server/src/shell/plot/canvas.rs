//! Dots on a screen of letters: each letter of braille holds two by four of them.

/// The dot in the upper left is bit 0x01; Unicode counts the lowest row last.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// One colour a line, those that people who see red and green alike can still tell by brightness coming first.
const COLOURS: [&str; 6] = ["36", "33", "35", "32", "34", "31"];

/// How a line is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// There is one line.
    Plain,
    /// By colour.
    Colours,
    /// By letter, where there is no colour.
    Letters,
}

impl Style {
    /// The text, dressed as the line of this number.
    pub(super) fn dress(self, line: u8, text: &str) -> String {
        let place = usize::from(line);
        match self {
            Self::Colours => format!("\x1b[{}m{text}\x1b[0m", COLOURS[place % COLOURS.len()]),
            Self::Plain => text.to_owned(),
            Self::Letters => letter(line).to_string().repeat(text.chars().count()),
        }
    }
}

fn letter(line: u8) -> char {
    char::from(b'a' + line % 26)
}

/// The area of dots.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    /// The dots of a cell, and the line that drew there last.
    cells: Vec<(u8, u8)>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, cells: vec![(0, 0); columns * rows] }
    }

    /// How many dots fit side by side.
    pub(super) fn width(&self) -> usize {
        self.columns * 2
    }

    /// How many dots fit above each other.
    pub(super) fn height(&self) -> usize {
        self.rows * 4
    }

    /// Sets the dot; the upper left one is (0, 0). Outside there are none.
    pub(super) fn dot(&mut self, line: u8, x: usize, y: usize) {
        if x < self.width() && y < self.height() {
            let cell = &mut self.cells[y / 4 * self.columns + x / 2];
            *cell = (cell.0 | BITS[y % 4][x % 2], line);
        }
    }

    /// Sets the dots between two (J. E. Bresenham, "Algorithm for computer control of a digital plotter", 1965).
    pub(super) fn stroke(&mut self, line: u8, from: (usize, usize), to: (usize, usize)) {
        let signed = |(x, y): (usize, usize)| (x as i64, y as i64);
        let ((mut x, mut y), end) = (signed(from), signed(to));
        let (wide, high) = ((end.0 - x).abs(), -(end.1 - y).abs());
        let step = ((end.0 - x).signum(), (end.1 - y).signum());
        let mut error = wide + high;
        loop {
            self.dot(line, x as usize, y as usize);
            if (x, y) == end {
                return;
            }
            let twice = 2 * error;
            if twice >= high {
                error += high;
                x += step.0;
            }
            if twice <= wide {
                error += wide;
                y += step.1;
            }
        }
    }

    /// One row of cells as text.
    pub(super) fn row(&self, row: usize, style: Style) -> String {
        let cells = &self.cells[row * self.columns..(row + 1) * self.columns];
        let show = |(dots, line): &(u8, u8)| match (dots, style) {
            (0, _) => " ".to_owned(),
            (dots, style) => {
                let braille = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ').to_string();
                style.dress(*line, &braille)
            }
        };
        cells.iter().map(show).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_strokes() {
        let mut canvas = Canvas::new(4, 2);
        canvas.stroke(0, (0, 7), (7, 0));
        canvas.dot(1, 7, 7);
        canvas.dot(0, 8, 0);
        assert_eq!([canvas.row(0, Style::Plain), canvas.row(1, Style::Plain)], ["  ⡠⠊", "⡠⠊ ⢀"]);
        assert_eq!([canvas.row(0, Style::Letters), canvas.row(1, Style::Letters)], ["  aa", "aa b"]);
        assert!(canvas.row(1, Style::Colours).ends_with("\x1b[33m⢀\x1b[0m"));
    }
}
