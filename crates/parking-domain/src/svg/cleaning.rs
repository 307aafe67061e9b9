//! A drawing written anew while it is read: each element is kept, unwrapped or dropped.

use std::collections::BTreeSet;

use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Writer, XmlVersion};

use super::lists::{ATTRIBUTES, ELEMENTS, is_harmless};
use super::size::{box_size, pixels, whole_pixels};
use super::{COPIES_MAX, Drawing, SvgError, is_definition};

/// What has been written so far, and where in the file that is.
pub(super) struct Cleaning {
    definitions: BTreeSet<String>,
    /// What is open and what becomes of it.
    open: Vec<Fate>,
    /// How deep inside something that is gone.
    dropped: usize,
    copies: usize,
    /// The style sheet that is being read.
    style: String,
    size: Option<(u32, u32)>,
    writer: Writer<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Written.
    Kept,
    /// Written, and no copies in it.
    Definition,
    /// Its tag goes, what is in it stays.
    Unwrapped,
    /// Held back until its end, when it can be judged.
    StyleSheet,
}

impl Cleaning {
    /// Nothing has been written yet; copies may be made of these definitions.
    pub(super) fn new(definitions: BTreeSet<String>, capacity: usize) -> Self {
        Self {
            definitions,
            open: Vec::new(),
            dropped: 0,
            copies: 0,
            style: String::new(),
            size: None,
            writer: Writer::new(Vec::with_capacity(capacity)),
        }
    }

    /// Takes what was read next.
    pub(super) fn take(&mut self, event: Event<'_>, malformed: SvgError) -> Result<(), SvgError> {
        match event {
            Event::DocType(_) => Err(SvgError::DocumentType),
            Event::Start(_) | Event::Empty(_) if self.open.is_empty() && self.size.is_some() => {
                Err(malformed)
            }
            Event::Start(_) if self.dropped > 0 => {
                self.dropped += 1;
                Ok(())
            }
            Event::Start(element) => self.start(&element, true, malformed),
            Event::Empty(_) if self.dropped > 0 => Ok(()),
            Event::Empty(element) => self.start(&element, false, malformed),
            Event::End(_) if self.dropped > 0 => {
                self.dropped -= 1;
                Ok(())
            }
            Event::End(end) => match self.open.pop() {
                Some(Fate::Unwrapped) => Ok(()),
                Some(Fate::StyleSheet) => self.style_sheet(malformed),
                Some(_) => self.write(Event::End(end), malformed),
                None => Err(malformed),
            },
            Event::Text(text) => self.text(&text, malformed),
            Event::CData(data) => {
                let text = data.xml10_content().into_owned();
                self.text(&BytesText::new(&text), malformed)
            }
            Event::GeneralRef(reference) => {
                let is_number = matches!(reference.resolve_char_ref(), Ok(Some(_)));
                let is_known = matches!(&*reference, "lt" | "gt" | "amp" | "quot" | "apos");
                if !is_number && !is_known {
                    return Err(SvgError::DocumentType);
                }
                let text = format!("&{};", &*reference);
                self.text(&BytesText::from_escaped(text), malformed)
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    /// What was written, if the file is at its end.
    pub(super) fn finish(self, malformed: SvgError) -> Result<Drawing, SvgError> {
        if self.dropped > 0 || !self.open.is_empty() {
            return Err(malformed);
        }
        let (width, height) = self.size.ok_or(SvgError::NotSvg)?;
        Ok(Drawing {
            width,
            height,
            bytes: self.writer.into_inner(),
        })
    }

    fn start(
        &mut self,
        element: &BytesStart<'_>,
        is_open: bool,
        malformed: SvgError,
    ) -> Result<(), SvgError> {
        let name = element.name();
        let name = name.0;
        let is_root = self.open.is_empty();
        if is_root && name != "svg" {
            return Err(SvgError::NotSvg);
        }
        let is_copy = name == "use";
        let fate = match name {
            "style" => Some(Fate::StyleSheet),
            "a" => Some(Fate::Unwrapped),
            _ if is_copy && self.open.contains(&Fate::Definition) => None,
            _ if is_definition(name) => Some(Fate::Definition),
            _ if ELEMENTS.contains(&name) => Some(Fate::Kept),
            _ => None,
        };
        let Some(fate) = fate else {
            self.dropped += usize::from(is_open);
            return Ok(());
        };
        if matches!(fate, Fate::Kept | Fate::Definition) {
            let written = self.attributes(element, is_root, malformed)?;
            if is_copy {
                self.copies += 1;
                if self.copies > COPIES_MAX {
                    return Err(SvgError::TooManyNodes);
                }
            }
            let event = if is_open {
                Event::Start(written)
            } else {
                Event::Empty(written)
            };
            self.write(event, malformed)?;
        }
        if is_open {
            self.open.push(fate);
        }
        Ok(())
    }

    /// The element with those of its attributes that are on the list and say nothing but numbers,
    /// words and colours.
    fn attributes(
        &mut self,
        element: &BytesStart<'_>,
        is_root: bool,
        malformed: SvgError,
    ) -> Result<BytesStart<'static>, SvgError> {
        let name = element.name().0.to_owned();
        let mut written = BytesStart::new(name.clone());
        if is_root {
            written.push_attribute(("xmlns", "http://www.w3.org/2000/svg"));
            written.push_attribute(("xmlns:xlink", "http://www.w3.org/1999/xlink"));
        }
        let (mut width, mut height, mut view_box) = (None, None, None);
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| malformed)?;
            let value = attribute.normalized_value(XmlVersion::default());
            let value = value.map_err(|_| SvgError::DocumentType)?;
            let key = attribute.key.0;
            let is_kept = match key {
                "href" | "xlink:href" => self.may_point(&name, value.trim()),
                "id" | "class" | "xml:space" => true,
                _ => ATTRIBUTES.contains(&key) && is_harmless(&value),
            };
            match key {
                "width" => width = pixels(&value),
                "height" => height = pixels(&value),
                "viewBox" => view_box = box_size(&value),
                _ => {}
            }
            if is_kept {
                written.push_attribute((key, &*value));
            }
        }
        if is_root {
            let size = width.zip(height).or(view_box);
            let (width, height) = size.ok_or(SvgError::NoSize)?;
            if view_box.is_none() {
                let whole = format!("0 0 {width} {height}");
                written.push_attribute(("viewBox", whole.as_str()));
            }
            self.size = Some(whole_pixels(width, height));
        }
        Ok(written)
    }

    /// Whether an element may point there: at definitions in the same file, or at a picture in it.
    fn may_point(&self, element: &str, target: &str) -> bool {
        match (element, target.strip_prefix('#')) {
            ("use", Some(id)) => self.definitions.contains(id),
            (_, Some(_)) => element != "image",
            ("image", None) => ["data:image/png;base64,", "data:image/jpeg;base64,"]
                .iter()
                .any(|begin| target.starts_with(begin)),
            _ => false,
        }
    }

    fn text(&mut self, text: &BytesText<'_>, malformed: SvgError) -> Result<(), SvgError> {
        if self.dropped > 0 {
            return Ok(());
        }
        match self.open.last() {
            // Between the tags of the outermost element and the ends of the file.
            None => Ok(()),
            Some(Fate::StyleSheet) => {
                let raw = text.xml10_content();
                let css = quick_xml::escape::unescape(&raw).map_err(|_| SvgError::DocumentType)?;
                self.style.push_str(&css);
                Ok(())
            }
            Some(_) => self.write(Event::Text(text.borrow()), malformed),
        }
    }

    fn style_sheet(&mut self, malformed: SvgError) -> Result<(), SvgError> {
        let css = std::mem::take(&mut self.style);
        if is_harmless(&css) {
            self.write(Event::Start(BytesStart::new("style")), malformed)?;
            self.write(Event::Text(BytesText::new(&css)), malformed)?;
            let end = BytesStart::new("style").to_end().into_owned();
            self.write(Event::End(end), malformed)?;
        }
        Ok(())
    }

    fn write(&mut self, event: Event<'_>, malformed: SvgError) -> Result<(), SvgError> {
        self.writer.write_event(event).map_err(|_| malformed)
    }
}
