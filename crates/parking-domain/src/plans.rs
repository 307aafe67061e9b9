//! Plans: where the bays of a level lie on its drawing.
//!
//! Points are relative to the drawing, from (0, 0) at its upper left to (1, 1) at its lower right,
//! so that a drawing of another size can take its place.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A point on a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct Point {
    /// From the left, as a share of the width.
    pub x: f64,
    /// From the top, as a share of the height.
    pub y: f64,
}

/// The outline of a bay: 3 to 12 corners, no edge crossing another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<Point>", try_from = "Vec<Point>")]
pub struct BayShape(Vec<Point>);

/// Why points are no outline; the message is shown to the person who drew them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// Too few or too many corners.
    #[error(
        "must have {} to {} corners; this has {found}",
        BayShape::CORNERS_MIN,
        BayShape::CORNERS_MAX
    )]
    Corners {
        /// How many there are.
        found: usize,
    },
    /// A corner that is not on the drawing.
    #[error("corner {corner} must lie on the plan, from 0 to 1 in both directions")]
    Outside {
        /// Which, counted from 1.
        corner: usize,
    },
    /// Nothing could stand in it.
    #[error("must enclose an area")]
    Flat,
    /// Two edges meet where there is no corner.
    #[error("the edges from corner {first} and from corner {second} must not cross")]
    Crossing {
        /// Where one begins, counted from 1.
        first: usize,
        /// Where the other begins, counted from 1.
        second: usize,
    },
}

/// Smaller than any bay on any drawing, larger than what is lost in calculating.
const AREA_MIN: f64 = 1e-9;

impl BayShape {
    /// The fewest corners that enclose anything.
    pub const CORNERS_MIN: usize = 3;
    /// The most corners; a bay that needs more is two.
    pub const CORNERS_MAX: usize = 12;

    /// Accepts the corners somebody drew, in order.
    pub fn parse(corners: Vec<Point>) -> Result<Self, ShapeError> {
        let found = corners.len();
        if !(Self::CORNERS_MIN..=Self::CORNERS_MAX).contains(&found) {
            return Err(ShapeError::Corners { found });
        }
        if let Some(index) = corners.iter().position(|corner| !corner.is_on_the_plan()) {
            return Err(ShapeError::Outside { corner: index + 1 });
        }
        if let Some((first, second)) = crossing(&corners) {
            return Err(ShapeError::Crossing {
                first: first + 1,
                second: second + 1,
            });
        }
        let shape = Self(corners);
        if shape.area() < AREA_MIN {
            return Err(ShapeError::Flat);
        }
        Ok(shape)
    }

    /// The share of the drawing it covers.
    pub fn area(&self) -> f64 {
        let twice: f64 = edges(&self.0).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
        twice.abs() / 2.0
    }
}

impl Point {
    fn is_on_the_plan(&self) -> bool {
        // What is not a number lies in no range.
        (0.0..=1.0).contains(&self.x) && (0.0..=1.0).contains(&self.y)
    }
}

fn edges(corners: &[Point]) -> impl Iterator<Item = (&Point, &Point)> {
    corners.iter().zip(corners.iter().cycle().skip(1))
}

/// The first two edges that meet though they are not neighbours, or lie on each other though they are.
fn crossing(corners: &[Point]) -> Option<(usize, usize)> {
    let count = corners.len();
    let all: Vec<_> = edges(corners).collect();
    let pairs = (0..count).flat_map(|first| (first + 1..count).map(move |second| (first, second)));
    pairs.into_iter().find(
        |(first, second)| match (all.get(*first), all.get(*second)) {
            (Some(one), Some(other)) if first + 1 == *second => folds(one.0, one.1, other.1),
            (Some(one), Some(other)) if *first == 0 && second + 1 == count => {
                folds(other.0, other.1, one.1)
            }
            (Some(one), Some(other)) => meet(*one, *other),
            _ => false,
        },
    )
}

/// Twice the area of a triangle: positive, negative or nothing as it turns.
fn turn(a: &Point, b: &Point, c: &Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Whether the way from a to b goes back on itself to c, or is no way at all.
fn folds(a: &Point, b: &Point, c: &Point) -> bool {
    let ahead = (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y);
    a == b || b == c || (turn(a, b, c) == 0.0 && ahead < 0.0)
}

fn meet((a, b): (&Point, &Point), (c, d): (&Point, &Point)) -> bool {
    let sides = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
    let are_apart = |one: f64, other: f64| (one > 0.0 && other < 0.0) || (one < 0.0 && other > 0.0);
    let is_within = |p: &Point, a: &Point, b: &Point| {
        p.x >= a.x.min(b.x) && p.x <= a.x.max(b.x) && p.y >= a.y.min(b.y) && p.y <= a.y.max(b.y)
    };
    (are_apart(sides[0], sides[1]) && are_apart(sides[2], sides[3]))
        || (sides[0] == 0.0 && is_within(c, a, b))
        || (sides[1] == 0.0 && is_within(d, a, b))
        || (sides[2] == 0.0 && is_within(a, c, d))
        || (sides[3] == 0.0 && is_within(b, c, d))
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Self {
        Self { x, y }
    }
}

impl From<Point> for (f64, f64) {
    fn from(point: Point) -> Self {
        (point.x, point.y)
    }
}

impl From<BayShape> for Vec<Point> {
    fn from(shape: BayShape) -> Self {
        shape.0
    }
}

impl TryFrom<Vec<Point>> for BayShape {
    type Error = ShapeError;

    fn try_from(corners: Vec<Point>) -> Result<Self, ShapeError> {
        Self::parse(corners)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(corners: &[(f64, f64)]) -> Result<BayShape, ShapeError> {
        BayShape::parse(corners.iter().copied().map(Point::from).collect())
    }

    fn bay() -> BayShape {
        parse(&[(0.1, 0.1), (0.15, 0.1), (0.15, 0.2), (0.1, 0.2)]).unwrap()
    }

    #[test]
    fn a_bay_is_a_simple_outline_on_the_plan() {
        assert!((bay().area() - 0.005).abs() < 1e-12);
        assert_eq!(
            parse(&[(0.0, 0.0), (1.0, 1.0)]),
            Err(ShapeError::Corners { found: 2 })
        );
        assert_eq!(
            parse(&[(0.5, 0.5); 13]),
            Err(ShapeError::Corners { found: 13 })
        );
        assert_eq!(
            parse(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.1)]),
            Err(ShapeError::Outside { corner: 3 })
        );
        assert_eq!(
            parse(&[(0.0, f64::NAN), (1.0, 0.0), (1.0, 1.0)]),
            Err(ShapeError::Outside { corner: 1 })
        );
        assert_eq!(
            parse(&[(0.0, 0.0), (1e-6, 0.0), (0.0, 1e-6)]),
            Err(ShapeError::Flat)
        );
    }

    #[test]
    fn an_outline_does_not_cross_touch_or_fold() {
        let crossing = |first, second| Err(ShapeError::Crossing { first, second });
        // A bow tie.
        assert_eq!(
            parse(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]),
            crossing(1, 3)
        );
        // A corner on another edge.
        assert_eq!(
            parse(&[(0.0, 0.0), (1.0, 0.0), (0.5, 0.5), (0.5, 0.0), (0.0, 0.5)]),
            crossing(1, 3)
        );
        // There and back.
        assert_eq!(parse(&[(0.0, 0.0), (1.0, 0.0), (0.5, 0.0)]), crossing(1, 2));
        // The same corner twice.
        assert_eq!(
            parse(&[(0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]),
            crossing(1, 2)
        );
        // A corner on a straight side does no harm, nor does a notch.
        assert!(parse(&[(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)]).is_ok());
        assert!(parse(&[(0.0, 0.0), (1.0, 0.0), (0.2, 0.2), (0.0, 1.0)]).is_ok());
    }

    proptest! {
        #[test]
        fn where_an_outline_begins_and_which_way_it_turns_makes_no_difference(
            corners in proptest::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 3..=8), by in 0_usize..8,
        ) {
            let is_shape = parse(&corners).is_ok();
            let mut turned = corners;
            let by = by % turned.len();
            turned.rotate_left(by);
            prop_assert_eq!(parse(&turned).is_ok(), is_shape);
            turned.reverse();
            prop_assert_eq!(parse(&turned).is_ok(), is_shape);
        }

        #[test]
        fn no_points_make_it_panic(corners: Vec<(f64, f64)>) {
            if let Ok(shape) = parse(&corners) {
                prop_assert!(shape.area() > 0.0);
            }
        }
    }
}
