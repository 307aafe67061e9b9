//! SVG drawings, reduced to what draws.
//!
//! Everything is on a list or gone: elements, attributes, functions in styles, what may be pointed
//! at. Not on the lists: scripts, foreign content, animation, filters, links, anything from outside
//! the file.

mod cleaning;
mod lists;
mod size;

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;
use thiserror::Error;

use self::cleaning::Cleaning;

/// The deepest nesting.
pub const DEPTH_MAX: usize = 64;

/// The most elements.
pub const NODES_MAX: usize = 100_000;

/// The most copies of parts of the drawing within it.
pub const COPIES_MAX: usize = 2_000;

/// A drawing that only draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Its width, in pixels.
    pub width: u32,
    /// Its height, in pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why an SVG cannot be used; the message is shown to the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SvgError {
    /// Its outermost element is another.
    #[error("must be an SVG, PNG or JPEG file; by its content this is another kind of XML")]
    NotSvg,
    /// No XML.
    #[error("is damaged: it is not well-formed XML near byte {at}")]
    Malformed {
        /// Where reading ended.
        at: u64,
    },
    /// A document type or entities of its own, by which a small file becomes a huge one.
    #[error("must have no document type and no entities; save it as plain SVG")]
    DocumentType,
    /// It does not say how large it is.
    #[error("must say its size: width and height, or a viewBox")]
    NoSize,
    /// Nested beyond reason.
    #[error("must not be nested deeper than {DEPTH_MAX} elements")]
    TooDeep,
    /// More than a browser draws while somebody waits.
    #[error("must have at most {NODES_MAX} elements and {COPIES_MAX} copies")]
    TooManyNodes,
}

/// Writes a drawing anew from what is on the lists.
pub fn sanitise(text: &str) -> Result<Drawing, SvgError> {
    let mut cleaning = Cleaning::new(definitions(text)?, text.len());
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event();
        let malformed = SvgError::Malformed {
            at: reader.buffer_position(),
        };
        match event.map_err(|_| malformed)? {
            Event::Eof => return cleaning.finish(malformed),
            event => cleaning.take(event, malformed)?,
        }
    }
}

/// The names of what stands in definitions, and first of all the bounds.
///
/// A copy may only be made of these, and they contain no copies: copies of copies of copies are how
/// forty lines draw for a year.
fn definitions(text: &str) -> Result<BTreeSet<String>, SvgError> {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut nodes, mut within) = (0_usize, 0_usize, None);
    let mut names = BTreeSet::new();
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let (element, is_open) = match event.map_err(|_| SvgError::Malformed { at })? {
            Event::Start(element) => (element, true),
            Event::Empty(element) => (element, false),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                within = within.filter(|outer| depth > *outer);
                continue;
            }
            Event::Eof => return Ok(names),
            _ => continue,
        };
        nodes += 1;
        if nodes > NODES_MAX {
            return Err(SvgError::TooManyNodes);
        }
        if is_open && within.is_none() && is_definition(element.name().0) {
            within = Some(depth);
        }
        let id = element.try_get_attribute("id").ok().flatten();
        if let Some(id) = id.filter(|_| within.is_some()) {
            names.insert(id.value.into_owned());
        }
        depth += usize::from(is_open);
        if depth > DEPTH_MAX {
            return Err(SvgError::TooDeep);
        }
    }
}

fn is_definition(name: &str) -> bool {
    matches!(
        name,
        "defs" | "symbol" | "pattern" | "mask" | "clipPath" | "marker"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::lists::is_harmless;
    use super::size::{box_size, pixels};
    use super::*;

    fn clean(inside: &str) -> String {
        let file = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\">{inside}</svg>"
        );
        let drawing = sanitise(&file).unwrap_or_else(|error| panic!("{inside}: {error}"));
        let text = String::from_utf8(drawing.bytes).unwrap();
        let (_, inside) = text.split_once('>').unwrap();
        inside.trim_end_matches("</svg>").to_owned()
    }

    #[test]
    fn what_draws_stays_as_it_is() {
        for inside in [
            "<g id=\"level\" transform=\"translate(1 2) rotate(5)\"><path d=\"M0 0L1 1z\" fill=\"#fff\"/></g>",
            "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient></defs><rect fill=\"url(#a)\"/>",
            "<text x=\"1\">A &amp; B &#233;</text>",
            "<style>.a { fill: rgb(1,2,3) } .b &gt; .c { stroke: url(#a) }</style>",
            "<image href=\"data:image/png;base64,AAAA\"/>",
            "<symbol id=\"bay\"><rect/></symbol><use href=\"#bay\"/>",
        ] {
            assert_eq!(clean(inside), inside);
        }
        assert_eq!(
            clean("<style><![CDATA[.a>.b{fill:red}]]></style>"),
            "<style>.a&gt;.b{fill:red}</style>"
        );
    }

    #[test]
    fn what_does_more_than_draw_is_gone() {
        for (inside, left) in [
            ("<script>alert(1)</script><g/>", "<g/>"),
            ("<SCRIPT/><g onload=\"x()\" ONCLICK=\"x()\"/>", "<g/>"),
            ("<foreignObject><body><g/></body></foreignObject>", ""),
            ("<a href=\"javascript:x()\"><g/></a>", "<g/>"),
            ("<use href=\"https://evil.example/a.svg#b\"/>", "<use/>"),
            ("<use xlink:href=\"#nowhere\"/>", "<use/>"),
            ("<image href=\"https://evil.example/a.png\"/>", "<image/>"),
            (
                "<image href=\"data:image/svg+xml;base64,AAAA\"/>",
                "<image/>",
            ),
            (
                "<rect fill=\"url(https://evil.example/a)\" style=\"fill:u\\72l(a)\"/>",
                "<rect/>",
            ),
            (
                "<rect style=\"fill:url( ' https://evil.example' )\"/>",
                "<rect/>",
            ),
            (
                "<rect style=\"background:image-set('https://evil.example' 1x)\"/>",
                "<rect/>",
            ),
            ("<style>@import 'https://evil.example';</style>", ""),
            ("<style>@&#105;mport 'https://evil.example';</style>", ""), // typos: ignore
            (
                "<style/><animate attributeName=\"href\"/><set/><filter/><svg:script/>",
                "",
            ),
            (
                "<!-- <script/> --><?xml-stylesheet href=\"https://evil.example\"?>",
                "",
            ),
            (
                "<g xmlns=\"http://www.w3.org/1999/xhtml\"><iframe src=\"x\"/><x:g/></g>",
                "<g></g>",
            ),
            (
                "<defs><g id=\"a\"><use href=\"#b\"/></g></defs><use href=\"#a\"/>",
                "<defs><g id=\"a\"></g></defs><use href=\"#a\"/>",
            ),
            (
                "<g id=\"a\"><use href=\"#a\"/></g>",
                "<g id=\"a\"><use/></g>",
            ),
        ] {
            assert_eq!(clean(inside), left, "{inside}");
        }
    }

    #[test]
    fn a_trick_is_refused_as_a_whole() {
        let refusal = |file: &str| sanitise(file).unwrap_err();
        let lol = "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg width=\"1\" height=\"1\">&a;</svg>";
        assert_eq!(refusal(lol), SvgError::DocumentType);
        assert_eq!(
            refusal("<svg width=\"1\" height=\"1\">&a;</svg>"),
            SvgError::DocumentType
        );
        assert_eq!(
            refusal("<svg width=\"1\" height=\"&a;\"/>"),
            SvgError::DocumentType
        );
        assert_eq!(refusal("<html/>"), SvgError::NotSvg);
        assert_eq!(refusal("<!-- nothing -->"), SvgError::NotSvg);
        assert_eq!(refusal("<svg/>"), SvgError::NoSize);
        assert_eq!(
            refusal("<svg width=\"100%\" height=\"100%\"/>"),
            SvgError::NoSize
        );
        assert!(matches!(
            refusal("<svg width=\"1\" height=\"1\"><g>"),
            SvgError::Malformed { .. }
        ));
        assert!(matches!(
            refusal("<svg width=\"1\" height=\"1\"></g>"),
            SvgError::Malformed { .. }
        ));
        assert!(matches!(
            refusal("<svg width=\"1\" height=\"1\"/><svg/>"),
            SvgError::Malformed { .. }
        ));
        let deep = format!(
            "<svg width=\"1\" height=\"1\">{}{}</svg>",
            "<g>".repeat(64),
            "</g>".repeat(64)
        );
        assert_eq!(refusal(&deep), SvgError::TooDeep);
        let many = format!(
            "<svg width=\"1\" height=\"1\">{}</svg>",
            "<g/>".repeat(NODES_MAX)
        );
        assert_eq!(refusal(&many), SvgError::TooManyNodes);
        let copies = format!(
            "<svg width=\"1\" height=\"1\">{}</svg>",
            "<use/>".repeat(COPIES_MAX + 1)
        );
        assert_eq!(refusal(&copies), SvgError::TooManyNodes);
    }

    #[test]
    fn a_drawing_says_its_size_one_way_or_another() {
        let size = |attributes: &str| {
            let drawing = sanitise(&format!("<svg {attributes}/>")).unwrap();
            assert!(
                String::from_utf8(drawing.bytes)
                    .unwrap()
                    .contains("viewBox")
            );
            (drawing.width, drawing.height)
        };
        assert_eq!(size("width=\"640\" height=\"480px\""), (640, 480));
        assert_eq!(size("viewBox=\"0 0 200,100\""), (200, 100));
        assert_eq!(
            size("width=\"100%\" height=\"100%\" viewBox=\"0 0 200 100\""),
            (200, 100)
        );
        assert_eq!(size("width=\"25.4mm\" height=\"1in\""), (96, 96));
        assert_eq!(size("width=\"120000\" height=\"60000\""), (6_000, 3_000));
    }

    proptest! {
        #[test]
        fn nothing_that_acts_survives_and_cleaning_twice_changes_nothing(
            parts in proptest::collection::vec(proptest::sample::select(&[
                "<g>", "</g>", "<script>", "</script>", "<style>", "</style>", "<a href=\"javascript:x\">",
                "</a>", "<defs>", "</defs>", "<use href=\"#a\"/>", "<rect id=\"a\" onload=\"x\"/>",
                "text", "@import url(x)", "&lt;script&gt;", "<![CDATA[<script>]]>", "<!-- x -->", "&#60;",
            ][..]), 0..16),
        ) {
            let file = format!("<svg width=\"2\" height=\"1\">{}</svg>", parts.concat());
            if let Ok(once) = sanitise(&file) {
                let text = String::from_utf8(once.bytes.clone()).unwrap();
                prop_assert!(!text.contains("<script") && !text.contains("onload") && !text.contains("javascript"));
                prop_assert_eq!(sanitise(&text), Ok(once));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", inside in "[<>/a-z=\"'&;#!\\[\\]?: -]{0,60}") {
            let seen = (sanitise(&text).is_ok(), sanitise(&format!("<svg viewBox=\"0 0 1 1\">{inside}</svg>")).is_ok());
            prop_assert!(!seen.0 || text.contains("svg"));
            is_harmless(&inside);
            pixels(&text);
            box_size(&inside);
        }
    }
}
