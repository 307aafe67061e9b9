//! How a lot lies: its bays in rows, the gateways above them, and a drawing of each level.

use std::fmt::Write as _;

use crate::chance::Chance;

/// Bays on one level.
const LEVEL_BAYS_MAX: usize = 500;

/// A bay, an aisle and the margin of a drawing, in metres.
const BAY_WIDTH: f64 = 2.5;
const BAY_DEPTH: f64 = 5.0;
const AISLE: f64 = 6.0;
const MARGIN: f64 = 4.0;

/// Points of a drawing in a metre.
const SCALE: f64 = 10.0;

/// Bays that share a gateway.
const GATEWAY_BAYS: usize = 200;

/// A bay.
#[derive(Clone, Debug, PartialEq)]
pub struct Bay {
    /// What is painted on the ground.
    pub code: String,
    /// Whom it is for, in the words of the API.
    pub kind: &'static str,
    /// On which level, from 0.
    pub level: usize,
    /// Its corners, as shares of the drawing.
    pub corners: [[f64; 2]; 4],
    /// Where it lies on its level, in metres.
    at: [f64; 2],
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Ground {
    bays: Vec<Bay>,
    levels: Vec<Level>,
}

/// A level.
#[derive(Clone, Debug)]
struct Level {
    bays: std::ops::Range<usize>,
    columns: usize,
}

impl Level {
    fn rows(&self) -> usize {
        self.bays.len().div_ceil(self.columns)
    }

    /// Width and height in metres.
    fn size(&self) -> [f64; 2] {
        [
            2.0 * MARGIN + count(self.columns) * BAY_WIDTH,
            2.0 * MARGIN + count(self.rows()) * BAY_DEPTH + count(self.rows().div_ceil(2)) * AISLE,
        ]
    }
}

/// Counts of bays are small.
#[expect(clippy::cast_precision_loss, reason = "lots have fewer bays than 2^52")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

impl Ground {
    /// So many bays, on as many levels as they need.
    pub fn of(bays: usize) -> Self {
        let levels = bays.div_ceil(LEVEL_BAYS_MAX).max(1);
        let each = bays.div_ceil(levels);
        let mut ground = Self {
            bays: Vec::with_capacity(bays),
            levels: Vec::with_capacity(levels),
        };
        let mut row_letters = 0;
        for level in 0..levels {
            let first = level * each;
            let here = first..(first + each).min(bays);
            ground.add(level, here, &mut row_letters);
        }
        ground
    }

    fn add(&mut self, number: usize, bays: std::ops::Range<usize>, letters: &mut usize) {
        let level = Level {
            columns: columns(bays.len()),
            bays: bays.clone(),
        };
        let [width, height] = level.size();
        for index in 0..bays.len() {
            let (row, column) = (index / level.columns, index % level.columns);
            let left = MARGIN + count(column) * BAY_WIDTH;
            // An aisle lies below the first row, then above each second one.
            let top = MARGIN + count(row) * BAY_DEPTH + count(row.div_ceil(2)) * AISLE;
            let (right, bottom) = (left + BAY_WIDTH, top + BAY_DEPTH);
            let corner = |x: f64, y: f64| [x / width, y / height];
            self.bays.push(Bay {
                code: format!("{}-{:02}", row_name(*letters + row), column + 1),
                kind: kind(bays.start + index),
                level: number,
                corners: [
                    corner(left, top),
                    corner(right, top),
                    corner(right, bottom),
                    corner(left, bottom),
                ],
                at: [left, top],
            });
        }
        *letters += level.rows();
        self.levels.push(level);
    }

    /// The bays, level by level.
    pub fn bays(&self) -> &[Bay] {
        &self.bays
    }

    /// How many levels there are.
    pub fn levels(&self) -> usize {
        self.levels.len()
    }

    /// How many gateways it needs: two at least, so that one can fail.
    pub fn gateways(&self) -> usize {
        self.bays.len().div_ceil(GATEWAY_BAYS).max(2)
    }

    /// The gateways that hear a bay, the nearest first: its neighbours' own, or a second one too.
    pub(crate) fn heard_by(&self, bay: usize, chance: &mut Chance) -> Vec<usize> {
        const SECOND: f64 = 0.35;
        let gateways = self.gateways();
        let home = bay * gateways / self.bays.len().max(1);
        let mut heard = vec![home];
        if chance.happens(SECOND) {
            heard.push((home + 1) % gateways);
        }
        heard
    }

    /// How far a bay is from the middle of its level, as a share of the way to its corner.
    pub(crate) fn remoteness(&self, bay: usize) -> f64 {
        let Some(bay) = self.bays.get(bay) else {
            return 0.0;
        };
        let [width, height] = self.levels[bay.level].size();
        let (x, y) = (bay.at[0] / width - 0.5, bay.at[1] / height - 0.5);
        (2.0 * (x * x + y * y)).sqrt().min(1.0)
    }

    /// A drawing of a level, as SVG.
    pub fn drawing(&self, level: usize) -> Option<String> {
        let level = self.levels.get(level)?;
        let [width, height] = level.size().map(|metres| metres * SCALE);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\">\
             <rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#e9ecef\"/>"
        );
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a text does not fail.
            svg.write_fmt(text).unwrap_or_default();
        };
        for bay in &self.bays[level.bays.clone()] {
            let [x, y] = bay.at.map(|metres| metres * SCALE);
            line(format_args!(
                "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"{:.0}\" fill=\"#ffffff\" stroke=\"#868e96\"/>",
                BAY_WIDTH * SCALE,
                BAY_DEPTH * SCALE,
            ));
        }
        for aisle in 0..level.rows().div_ceil(2) {
            let above = count(2 * aisle + 1) * BAY_DEPTH + count(aisle) * AISLE;
            let y = (MARGIN + above + AISLE / 2.0) * SCALE;
            line(format_args!(
                "<path d=\"M{:.0} {y:.0}H{:.0}\" stroke=\"#adb5bd\" stroke-width=\"3\" stroke-dasharray=\"24 18\"/>",
                MARGIN * SCALE,
                width - MARGIN * SCALE,
            ));
        }
        svg.push_str("</svg>");
        Some(svg)
    }
}

/// About as wide as it is high: a row and its half of an aisle are some eight metres deep.
fn columns(bays: usize) -> usize {
    let mut columns = 4;
    while 10 * columns * columns < 32 * bays {
        columns += 1;
    }
    columns
}

/// A, B, … Z, AA, AB, …
fn row_name(mut row: usize) -> String {
    let mut name = String::new();
    loop {
        let letter = u8::try_from(row % 26).unwrap_or_default();
        name.insert(0, char::from(b'A' + letter));
        match (row / 26).checked_sub(1) {
            Some(rest) => row = rest,
            None => return name,
        }
    }
}

fn kind(bay: usize) -> &'static str {
    match bay % 50 {
        0 | 1 => "disabled",
        2..=4 => "ev_charging",
        5 => "family",
        _ => "general",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use parking_domain::plans::{BayShape, Point};

    use super::*;

    #[test]
    fn bays_lie_side_by_side_on_their_level_and_have_names_of_their_own() {
        for bays in [1, 7, 100, 500, 501, 2_345] {
            let ground = Ground::of(bays);
            assert_eq!(ground.bays().len(), bays);
            assert_eq!(ground.levels(), bays.div_ceil(500));
            let codes: BTreeSet<_> = ground.bays().iter().map(|bay| &bay.code).collect();
            assert_eq!(codes.len(), bays);
            let mut drawn = 0.0;
            for bay in ground.bays() {
                let corners = bay.corners.map(|[x, y]| Point { x, y });
                drawn += BayShape::parse(corners.into()).unwrap().area();
            }
            assert!(drawn < count(ground.levels()), "they overlap");
            for level in 0..ground.levels() {
                let svg = ground.drawing(level).unwrap();
                assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
            }
            assert_eq!(ground.drawing(ground.levels()), None);
        }
        assert_eq!(
            [0, 25, 26, 51, 701].map(row_name),
            ["A", "Z", "AA", "AZ", "ZZ"]
        );
    }

    #[test]
    fn every_gateway_has_bays_only_it_hears() {
        let ground = Ground::of(500);
        let mut chance = Chance::of(1, "radio");
        let mut alone = BTreeSet::new();
        for bay in 0..500 {
            let heard = ground.heard_by(bay, &mut chance);
            assert!(heard.iter().all(|gateway| *gateway < ground.gateways()));
            if let [only] = heard[..] {
                alone.insert(only);
            }
            assert!((0.0..=1.0).contains(&ground.remoteness(bay)));
        }
        assert_eq!(alone.len(), ground.gateways());
    }
}
