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

/// The longest row drawn in one go.
pub const ROW_MAX: usize = 500;

/// Why a row cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RowError {
    /// None, or more than anybody draws.
    #[error("must have 1 to {ROW_MAX} bays")]
    Count,
    /// A distance that is no number, or none at all between bays.
    #[error("the bays of a row must lie apart")]
    Distance,
    /// It leads off the drawing.
    #[error("bay {bay} of the row would lie outside the plan; {} fit", .bay - 1)]
    Outside {
        /// Which bay, counted from 1.
        bay: usize,
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

    /// The corners, in the order in which they were drawn.
    pub fn corners(&self) -> &[Point] {
        &self.0
    }

    /// The share of the drawing it covers.
    pub fn area(&self) -> f64 {
        let twice: f64 = edges(&self.0).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
        twice.abs() / 2.0
    }

    /// The middle of its corners, where its code is written.
    pub fn middle(&self) -> Point {
        // At most twelve corners: the count is exact as a float.
        let count = self.0.iter().fold(0.0, |count, _| count + 1.0);
        let sum = |part: fn(&Point) -> f64| self.0.iter().map(part).sum::<f64>() / count;
        Point {
            x: sum(|corner| corner.x),
            y: sum(|corner| corner.y),
        }
    }

    /// The same outline elsewhere; `None` if that is not on the drawing.
    pub fn moved(&self, dx: f64, dy: f64) -> Option<Self> {
        let corners = self.0.iter().map(|corner| Point {
            x: onto_the_edge(corner.x + dx),
            y: onto_the_edge(corner.y + dy),
        });
        let corners: Vec<_> = corners.collect();
        corners
            .iter()
            .all(Point::is_on_the_plan)
            .then_some(Self(corners))
    }
}

/// A row of bays of one shape, each so far from the one before it.
pub fn row_of(shape: &BayShape, count: usize, dx: f64, dy: f64) -> Result<Vec<BayShape>, RowError> {
    if !(1..=ROW_MAX).contains(&count) {
        return Err(RowError::Count);
    }
    let is_apart = dx.is_finite() && dy.is_finite() && (dx != 0.0 || dy != 0.0);
    if count > 1 && !is_apart {
        return Err(RowError::Distance);
    }
    (0_u16..)
        .take(count)
        .map(|index| {
            // Each from the first: adding up step by step adds up what is lost in calculating, too.
            let steps = f64::from(index);
            let moved = if index == 0 {
                Some(shape.clone())
            } else {
                shape.moved(dx * steps, dy * steps)
            };
            moved.ok_or(RowError::Outside {
                bay: usize::from(index) + 1,
            })
        })
        .collect()
}

impl Point {
    fn is_on_the_plan(&self) -> bool {
        // What is not a number lies in no range.
        (0.0..=1.0).contains(&self.x) && (0.0..=1.0).contains(&self.y)
    }
}

/// What lies outside by less than the width of a hair lies on the edge.
fn onto_the_edge(share: f64) -> f64 {
    const HAIR: f64 = 1e-9;
    if (-HAIR..=1.0 + HAIR).contains(&share) {
        share.clamp(0.0, 1.0)
    } else {
        share
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
        let middle = bay().middle();
        assert!((middle.x - 0.125).abs() < 1e-12 && (middle.y - 0.15).abs() < 1e-12);
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

    #[test]
    fn a_row_repeats_a_bay_as_far_as_the_plan_goes() {
        let row = row_of(&bay(), 18, 0.05, 0.0).unwrap();
        assert_eq!(row.len(), 18);
        assert_eq!(row[0], bay());
        assert!((row[17].corners()[1].x - 1.0).abs() < 1e-9);
        let error = row_of(&bay(), 19, 0.05, 0.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "bay 19 of the row would lie outside the plan; 18 fit"
        );
        assert_eq!(row_of(&bay(), 0, 0.05, 0.0), Err(RowError::Count));
        assert_eq!(row_of(&bay(), 501, 1e-5, 0.0), Err(RowError::Count));
        assert_eq!(row_of(&bay(), 2, 0.0, 0.0), Err(RowError::Distance));
        assert_eq!(row_of(&bay(), 2, f64::NAN, 0.0), Err(RowError::Distance));
        assert_eq!(row_of(&bay(), 1, 0.0, 0.0).unwrap(), [bay()]);
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
        fn every_bay_of_a_row_is_a_bay_of_the_same_size(
            dx in -0.2..0.2_f64, dy in -0.2..0.2_f64, count in 1_usize..20,
        ) {
            if let Ok(row) = row_of(&bay(), count, dx, dy) {
                prop_assert_eq!(row.len(), count);
                for one in row {
                    prop_assert!((one.area() - bay().area()).abs() < 1e-8);
                    prop_assert!(BayShape::parse(one.corners().to_vec()).is_ok());
                }
            }
        }

        #[test]
        fn no_points_make_it_panic(corners: Vec<(f64, f64)>, dx: f64, dy: f64, count: usize) {
            if let Ok(shape) = parse(&corners) {
                prop_assert!(shape.area() > 0.0);
            }
            prop_assert!(row_of(&bay(), count, dx, dy).is_ok() || count != 1);
        }
    }
}
