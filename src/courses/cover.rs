//! The picture on a course's cover, drawn from the course's id and nothing else.
//!
//! A cover is how people recognise a course, so it must never change: the same id gives the same shapes on every node
//! and in every version. The id is immutable and never reused, unlike the title and the slug. Only whole numbers are
//! computed here, so no platform can round differently, and golden files in `covers/` hold the result in place.
//!
//! Coordinates are units of `viewBox="0 0 240 160"`. Tiles and bands crop it to the middle (2:1, 3:1, 1:1), therefore
//! accents are kept near the centre. Sizes are those of the design, section "Covers".

/// Width of the view box, in its units.
const WIDTH: i32 = 240;
/// Height of the view box, in its units.
const HEIGHT: i32 = 160;
/// Side of a square cell: three by two of them fill the view box.
const CELL: i32 = 80;

/// A course's cover: its hue, and shapes to paint in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Which of the twelve hues, `0..12`; the class is `h0` to `h11`.
    pub hue: u8,
    /// Which of the eight motifs.
    pub motif: Motif,
    /// What to paint, back to front. The first is the ground, a rectangle as large as the view box. At most 30.
    pub shapes: Vec<Shape>,
}

/// One `<path>` of a cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its colour.
    pub fill: Fill,
    /// SVG path data (the attribute `d`) in units of the view box.
    pub path: String,
}

/// A colour role; what it looks like depends on the hue and is the style sheet's affair (`--cover-a` to `--cover-d`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Dark.
    A,
    /// Middle.
    B,
    /// Pale.
    C,
    /// The accent, from another part of the colour circle.
    D,
}

impl Fill {
    /// The class of a shape with this colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
        }
    }
}

/// What is drawn. The order is part of the formula and must stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motif {
    /// Six quarter discs, some with a smaller one inside.
    Quarters,
    /// Seven rings around a point on the rim.
    Arcs,
    /// Six leaning bars and a disc.
    Sheets,
    /// Four rows of half discs, every other row shifted.
    Halves,
    /// Six blocks of four stripes, upright and lying in turn.
    Weave,
    /// Twenty-four discs that grow along a diagonal.
    Dots,
    /// Three nested arches, standing or hanging, each with a disc.
    Arches,
    /// Six lenses.
    Leaves,
}

impl Cover {
    /// The cover of the course with this id.
    pub fn of(id: i64) -> Self {
        let f = fnv1a(&id.to_string());
        let (motif, draw): (Motif, fn(&mut Canvas, &mut Mulberry)) = match (f >> 4) % 8 {
            0 => (Motif::Quarters, quarters),
            1 => (Motif::Arcs, arcs),
            2 => (Motif::Sheets, sheets),
            3 => (Motif::Halves, halves),
            4 => (Motif::Weave, weave),
            5 => (Motif::Dots, dots),
            6 => (Motif::Arches, arches),
            _ => (Motif::Leaves, leaves),
        };
        let mut canvas = Canvas { pale: (f >> 8).is_multiple_of(3), shapes: Vec::new(), layer: 0 };
        canvas.add(Fill::A, &format!("M0 0h{WIDTH}v{HEIGHT}H0z"));
        canvas.next_layer();
        draw(&mut canvas, &mut Mulberry(f));
        Self { hue: (f % 12) as u8, motif, shapes: canvas.shapes }
    }
}

/// The 32-bit FNV-1a hash of a text.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The generator mulberry32: 32 bits of state, good enough for pictures and the same everywhere.
struct Mulberry(u32);

impl Mulberry {
    /// A number in `0..n`.
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = (self.0 ^ (self.0 >> 15)).wrapping_mul(self.0 | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        t ^= t >> 14;
        ((u64::from(t) * u64::from(n)) >> 32) as u32
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn pick<T: Copy, const N: usize>(&mut self, from: [T; N]) -> T {
        from[self.below(N as u32) as usize]
    }

    /// The same things in another order. Colours are dealt, not drawn one by one: no cover gets all of one colour.
    fn deal<T, const N: usize>(&mut self, mut things: [T; N]) -> [T; N] {
        for last in (1..N).rev() {
            things.swap(last, self.below(last as u32 + 1) as usize);
        }
        things
    }
}

/// Collects shapes. Motifs draw on a dark ground `A`; on a pale cover `A` and `C` change places here.
struct Canvas {
    pale: bool,
    shapes: Vec<Shape>,
    /// Where in `shapes` the present layer begins.
    layer: usize,
}

impl Canvas {
    /// Adds to the present layer. Nothing in a layer overlaps, so all of one colour can be one path, which is shorter.
    fn add(&mut self, fill: Fill, path: &str) {
        let fill = match fill {
            Fill::A if self.pale => Fill::C,
            Fill::C if self.pale => Fill::A,
            other => other,
        };
        match self.shapes.iter_mut().skip(self.layer).find(|shape| shape.fill == fill) {
            Some(shape) => shape.path.push_str(path),
            None => self.shapes.push(Shape { fill, path: path.to_owned() }),
        }
    }

    /// What follows lies on top of what is there.
    fn next_layer(&mut self) {
        self.layer = self.shapes.len();
    }
}

fn disc(x: i32, y: i32, r: i32) -> String {
    let (left, d) = (x - r, 2 * r);
    format!("M{left} {y}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z")
}

/// The top left corners of the 3x2 cells, row by row.
fn cells() -> impl Iterator<Item = (i32, i32)> {
    (0..6).map(|i| (i % 3 * CELL, i / 3 * CELL))
}

/// Colours for six cells: balanced, with one or two accents.
fn six(rng: &mut Mulberry) -> [Fill; 6] {
    let extra = rng.pick([Fill::B, Fill::C, Fill::D]);
    rng.deal([Fill::B, Fill::B, Fill::C, Fill::C, Fill::D, extra])
}

fn quarters(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{A, B, C};
    for ((x, y), fill) in cells().zip(six(rng)) {
        let (right, bottom) = (rng.coin(), rng.coin());
        let (cx, sx) = if right { (x + CELL, -1) } else { (x, 1) };
        let (cy, sy) = if bottom { (y + CELL, -1) } else { (y, 1) };
        let (turn, back) = (i32::from(right == bottom), i32::from(right != bottom));
        let quarter = |r: i32| format!("M{cx} {cy}h{}a{r} {r} 0 0 {turn} {} {}z", r * sx, -r * sx, r * sy);
        if rng.below(100) >= 35 {
            canvas.add(fill, &quarter(80));
            continue;
        }
        // With a hole, not a smaller disc on top: the large one's stroke would show around the small one.
        let (h, v) = (40 * sx, 40 * sy);
        let hole = format!("v{}a40 40 0 0 {back} {h} {}z", -v, -v);
        canvas.add(fill, &format!("M{} {cy}h{h}a80 80 0 0 {turn} {} {}{hole}", cx + h, -2 * h, 2 * v));
        let inner = rng.pick(match fill {
            B => [A, C],
            C => [A, B],
            _ => [A, A],
        });
        if inner != A {
            canvas.add(inner, &quarter(40));
        }
    }
}

fn arcs(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{A, B, C, D};
    let x = rng.pick([0, 0, 60, 120, 180, WIDTH, WIDTH]);
    let y = rng.pick([0, HEIGHT]);
    let rings = rng.pick([
        [B, C, A, D, B, A, C],
        [C, A, B, D, A, C, B],
        [B, A, C, B, D, A, C],
        [B, C, A, B, D, C, A],
        [C, B, A, D, C, A, B],
    ]);
    for (r, fill) in (0..).map(|i| 200 - 28 * i).zip(rings) {
        canvas.add(fill, &disc(x, y, r));
        canvas.next_layer();
    }
}

fn sheets(canvas: &mut Canvas, rng: &mut Mulberry) {
    let width = rng.pick([24, 28, 32]);
    let (mirrored, disc_left) = (rng.coin(), rng.coin());
    // The accent's bar stands in the half without the disc, or the two would run into one.
    let accent = if mirrored == disc_left { rng.pick([1, 2]) } else { rng.pick([3, 4]) };
    let mut others = rng.deal([Fill::B, Fill::B, Fill::B, Fill::C, Fill::C]).into_iter();
    for i in 0..6 {
        let fill = if i == accent { Fill::D } else { others.next().unwrap_or(Fill::B) };
        let x = 46 * i - 15 - width / 2;
        let (x, w, lean) = if mirrored { (WIDTH - x, -width, -40) } else { (x, width, 40) };
        canvas.add(fill, &format!("M{x} 0h{w}l{lean} {HEIGHT}h{}z", -w));
    }
    canvas.next_layer();
    canvas.add(Fill::D, &disc(if disc_left { 72 } else { 168 }, rng.pick([54, 106]), 30));
}

fn halves(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{B, C, D};
    let extra = rng.pick([B, C]);
    // The two middle rows are what every crop shows, so the accents are dealt there.
    let (inner, outer) = (rng.deal([B, B, C, C, D, D, extra]), rng.deal([B, B, B, C, C, C, D]));
    let (mut inner, mut outer) = (inner.into_iter(), outer.into_iter());
    let (shift, hanging) = (rng.below(2) as i32, rng.coin());
    for row in 0..4 {
        let shifted = (row + shift) % 2;
        let y = 40 * row + if hanging { 0 } else { 40 };
        for i in 0..3 + shifted {
            let fill = if row == 1 || row == 2 { inner.next() } else { outer.next() };
            let x = CELL * i - 40 * shifted;
            canvas.add(fill.unwrap_or(B), &format!("M{x} {y}a40 40 0 0 {} 80 0z", i32::from(!hanging)));
        }
    }
}

fn weave(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{B, C, D};
    let fills = rng.deal([B, B, B, C, C, C]);
    let first = rng.below(2) as i32;
    // One accent in the middle column, which every crop shows, and one beside it.
    let accents = [rng.pick([1, 4]), rng.pick([0, 2, 3, 5])];
    for (block, ((x, y), fill)) in (0..).zip(cells().zip(fills)) {
        // Of a block's stripes, one of the two nearest the middle of the cover.
        let accent = if accents.contains(&block) { rng.pick([0, 1]) + if y == 0 { 2 } else { 0 } } else { 4 };
        let lying = (block + first) % 2 == 0;
        for stripe in 0..4 {
            let at = 20 * stripe + 4;
            let path =
                if lying { format!("M{x} {}h80v12h-80z", y + at) } else { format!("M{} {y}h12v80h-12z", x + at) };
            canvas.add(if stripe == accent { D } else { fill }, &path);
        }
    }
}

fn dots(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{B, C, D};
    let (from_right, from_bottom) = (rng.coin(), rng.coin());
    // Neither among the smallest, where it would be lost, nor at the rim.
    let accent = (rng.pick([2, 3, 4]), rng.pick([1, 2]));
    let pale = rng.deal(std::array::from_fn::<bool, 24, _>(|i| i < 10));
    for (i, pale) in (0..).zip(pale) {
        let (along, down) = (i % 6, i / 6);
        let x = 40 * if from_right { 5 - along } else { along } + 20;
        let y = 40 * if from_bottom { 3 - down } else { down } + 20;
        let fill = if pale { C } else { B };
        canvas.add(if (along, down) == accent { D } else { fill }, &disc(x, y, 3 + 2 * (along + down)));
    }
}

fn arches(canvas: &mut Canvas, rng: &mut Mulberry) {
    use Fill::{A, B, C, D};
    let plain = [[B, A, C], [C, A, B], [B, C, A], [C, B, A]];
    let accented = rng.pick([[B, D, A], [C, A, D], [B, A, D], [C, D, A], [B, C, D]]);
    let accent = rng.below(3) as usize;
    let arches = [0, 1, 2].map(|i| (if i == accent { accented } else { rng.pick(plain) }, rng.coin()));
    for (ring, r) in [36, 24, 12].into_iter().enumerate() {
        for (x, (fills, hanging)) in [40, 120, 200].into_iter().zip(arches) {
            let (left, d) = (x - r, 2 * r);
            let (start, turn, leg) = if hanging { (0, 0, 56) } else { (HEIGHT, 1, -56) };
            canvas.add(fills[ring], &format!("M{left} {start}v{leg}a{r} {r} 0 0 {turn} {d} 0v{}z", -leg));
        }
        canvas.next_layer();
    }
    let discs = rng.deal([B, C, D]);
    for (x, ((_, hanging), fill)) in [40, 120, 200].into_iter().zip(arches.into_iter().zip(discs)) {
        canvas.add(fill, &disc(x, if hanging { 122 } else { 38 }, 14));
    }
}

fn leaves(canvas: &mut Canvas, rng: &mut Mulberry) {
    for ((x, y), fill) in cells().zip(six(rng)) {
        let (y, h) = if rng.coin() { (y, CELL) } else { (y + CELL, -CELL) };
        canvas.add(fill, &format!("M{x} {y}a80 80 0 0 1 80 {h}a80 80 0 0 1-80 {}z", -h));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    /// A cover as a page holds it.
    fn svg(cover: &Cover) -> String {
        let paths: String =
            cover.shapes.iter().map(|s| format!("<path class=\"{}\" d=\"{}\"/>\n", s.fill.class(), s.path)).collect();
        format!(
            "<svg class=\"cover hue h{}\" viewBox=\"0 0 240 160\" preserveAspectRatio=\"xMidYMid slice\" \
             aria-hidden=\"true\">\n{paths}</svg>\n",
            cover.hue
        )
    }

    macro_rules! goldens {
        ($($id:literal)*) => { [$(($id, include_str!(concat!("covers/", $id, ".svg")))),*] };
    }

    /// Covers that are out in the world. If one of these fails, the code is wrong, not the file.
    /// `LECTERN_BLESS=1` rewrites the files all the same; before a first release that is allowed.
    #[test]
    fn covers_are_what_they_always_were() {
        // The first 24 ids, then one of each motif in the order of `Motif`.
        let goldens = goldens!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 29 28 25 47 27 26 33 30);
        let bless = std::env::var_os("LECTERN_BLESS").is_some_and(|value| value == "1");
        for (id, golden) in goldens {
            let drawn = svg(&Cover::of(id));
            if bless {
                let file = Path::new(file!()).with_file_name("covers").join(format!("{id}.svg"));
                std::fs::write(file, drawn).expect("the golden file can be written");
            } else {
                assert_eq!(drawn, golden, "the cover of {id}");
            }
        }
        let motifs: Vec<u8> = goldens[24..].iter().map(|(id, _)| Cover::of(*id).motif as u8).collect();
        assert_eq!(motifs, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn hash_and_generator_are_the_published_ones() {
        assert_eq!([fnv1a(""), fnv1a("a"), fnv1a("foobar")], [0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968]);
        // mulberry32(1) in JavaScript begins .627, .002, .527.
        let mut rng = Mulberry(1);
        assert_eq!([rng.below(1000), rng.below(1000), rng.below(1000)], [627, 2, 527]);
    }

    #[test]
    fn every_cover_keeps_to_the_formulas_and_the_budget() {
        let (mut motifs, mut hues) = (HashSet::new(), HashSet::new());
        for id in (1..=500).chain([0, -1, i64::MIN, i64::MAX]) {
            let (cover, f) = (Cover::of(id), fnv1a(&id.to_string()));
            assert_eq!(cover, Cover::of(id), "{id} twice");
            assert_eq!((u32::from(cover.hue), cover.motif as u32), (f % 12, (f >> 4) % 8), "{id}");
            let ground = if (f >> 8) % 3 == 0 { Fill::C } else { Fill::A };
            assert_eq!(cover.shapes[0], Shape { fill: ground, path: "M0 0h240v160H0z".into() }, "{id}");
            assert!((3..=30).contains(&cover.shapes.len()), "{id}: {} shapes", cover.shapes.len());
            assert!(cover.shapes.iter().all(|s| !s.path.contains('.')), "{id}: whole numbers only");
            assert!(svg(&cover).len() < 2048, "{id}: {} bytes", svg(&cover).len());
            assert!(cover.shapes.iter().any(|s| s.fill == Fill::D), "{id}: no accent");
            if (1..=500).contains(&id) {
                motifs.insert(cover.motif as u8);
                hues.insert(cover.hue);
            }
        }
        assert_eq!((motifs.len(), hues.len()), (8, 12));
    }
}
