//! Drawings people upload: told apart by what they are, not by what they are called.
//!
//! A picture is taken as it is once its header says that it is not enormous. An SVG is a program
//! that may also draw: it is written anew from elements and attributes that only draw, and whatever
//! else was in it is gone. Show it as an image all the same; its style sheet is its own affair then.

use serde::Serialize;
use thiserror::Error;

use crate::svg;

/// What kind of drawing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFormat {
    /// Lines and areas.
    Svg,
    /// Pixels.
    Png,
    /// Pixels, more or less.
    Jpeg,
}

/// A drawing that can be kept and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFile {
    /// What kind it is.
    pub format: PlanFormat,
    /// Its width, in pixels.
    pub width: u32,
    /// Its height, in pixels.
    pub height: u32,
    /// What to keep.
    pub bytes: Vec<u8>,
}

/// The most pixels, whatever the shape: a browser holds four bytes for each.
pub const PIXELS_MAX: u64 = 40_000_000;

/// Why a file is no drawing; the message is shown to the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlanFileError {
    /// Too large to be looked at.
    #[error("must have at most {bytes_max} bytes")]
    TooLarge {
        /// How many are allowed.
        bytes_max: usize,
    },
    /// Neither of the three.
    #[error("must be an SVG, PNG or JPEG file; by its content this is none")]
    Unknown,
    /// It begins like one and goes on otherwise.
    #[error("is damaged: its header cannot be read")]
    Damaged,
    /// More than a browser can hold.
    #[error("is {width} by {height} pixels; must have at most 40 million")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// An SVG that cannot be used.
    #[error(transparent)]
    Svg(#[from] svg::SvgError),
}

impl PlanFormat {
    /// What to call it in HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// Takes an uploaded file as a drawing.
pub fn read_plan(bytes: &[u8], bytes_max: usize) -> Result<PlanFile, PlanFileError> {
    if bytes.len() > bytes_max {
        return Err(PlanFileError::TooLarge { bytes_max });
    }
    let (format, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (PlanFormat::Png, png_size(bytes))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        (PlanFormat::Jpeg, jpeg_size(bytes))
    } else {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| PlanFileError::Unknown)?;
        if !text.trim_start().starts_with('<') {
            return Err(PlanFileError::Unknown);
        }
        let drawing = svg::sanitise(text)?;
        return Ok(PlanFile {
            format: PlanFormat::Svg,
            width: drawing.width,
            height: drawing.height,
            bytes: drawing.bytes,
        });
    };
    let (width, height) = size
        .filter(|(width, height)| *width > 0 && *height > 0)
        .ok_or(PlanFileError::Damaged)?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(PlanFileError::TooManyPixels { width, height });
    }
    Ok(PlanFile {
        format,
        width,
        height,
        bytes: bytes.to_vec(),
    })
}

/// The first chunk says it.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let chunk = bytes.get(8..)?.strip_prefix(b"\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(chunk.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// The first frame says it; segments before it are passed over.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (marker, behind) = match rest {
            // Any number of filling bytes may stand before a marker.
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, behind @ ..] => (*marker, behind),
            _ => return None,
        };
        let length = usize::from(u16::from_be_bytes(behind.get(..2)?.try_into().ok()?));
        match marker {
            // Tables and the like are numbered among the frames.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let number = |at: usize| {
                    let bytes = behind.get(at..at + 2)?.try_into().ok()?;
                    Some(u32::from(u16::from_be_bytes(bytes)))
                };
                return Some((number(5)?, number(3)?));
            }
            // The picture begins or ends without a frame.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            _ => rest = behind.get(length.max(2)..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x06\0\0\0");
        bytes
    }

    #[test]
    fn a_picture_is_known_by_its_header() {
        let plan = read_plan(&png(1_920, 1_080), MIB).unwrap();
        assert_eq!(
            (plan.format, plan.width, plan.height),
            (PlanFormat::Png, 1_920, 1_080)
        );
        assert_eq!(plan.bytes, png(1_920, 1_080));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc4\x00\x02\xff\xc2\x00\x0b\x08\x03\x20\x04\x00\x01\0\0\0";
        let plan = read_plan(jpeg, MIB).unwrap();
        assert_eq!(
            (plan.format, plan.width, plan.height),
            (PlanFormat::Jpeg, 1_024, 800)
        );
        let svg = b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg width=\"20\" height=\"10\"/>";
        let plan = read_plan(svg, MIB).unwrap();
        assert_eq!(
            (plan.format.media_type(), plan.width, plan.height),
            ("image/svg+xml", 20, 10)
        );
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        let refusal = |bytes: &[u8]| read_plan(bytes, MIB).unwrap_err();
        assert_eq!(refusal(b""), PlanFileError::Unknown);
        assert_eq!(refusal(b"GIF89a"), PlanFileError::Unknown);
        assert_eq!(refusal(b"%PDF-1.7"), PlanFileError::Unknown);
        assert_eq!(refusal(b"\x89PNG\r\n\x1a\n"), PlanFileError::Damaged);
        assert_eq!(refusal(&png(0, 10)), PlanFileError::Damaged);
        assert_eq!(refusal(b"\xff\xd8\xff\xda\x00\x02"), PlanFileError::Damaged);
        assert_eq!(
            refusal(&png(8_000, 5_001)),
            PlanFileError::TooManyPixels {
                width: 8_000,
                height: 5_001
            }
        );
        assert_eq!(
            refusal(&png(u32::MAX, u32::MAX)),
            PlanFileError::TooManyPixels {
                width: u32::MAX,
                height: u32::MAX
            }
        );
        assert_eq!(
            read_plan(&png(8_000, 5_000), 10),
            Err(PlanFileError::TooLarge { bytes_max: 10 })
        );
        assert!(matches!(
            refusal(b"<html><body/></html>"),
            PlanFileError::Svg(_)
        ));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, begin in 0_usize..4) {
            let begins: [&[u8]; 4] = [b"", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"\xff\xd8\xff", b"<svg "];
            let mut file = begins[begin].to_vec();
            file.extend(bytes);
            if let Ok(plan) = read_plan(&file, MIB) {
                prop_assert!(u64::from(plan.width) * u64::from(plan.height) <= PIXELS_MAX);
            }
        }
    }
}
