//! What surrounds every page: language, theme, navigation, breadcrumb, styles and scripts.

use crate::{assets::Assets, language::Language, theme::Theme, words::Words};

/// A step of the breadcrumb; the last one has no link.
#[derive(Clone, Debug)]
pub(crate) struct Crumb {
    pub(crate) label: String,
    pub(crate) link: Option<String>,
}

/// A link of the main navigation.
pub(crate) struct Door {
    pub(crate) label: &'static str,
    pub(crate) link: String,
    pub(crate) here: bool,
}

/// The frame of one page.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) w: Words,
    pub(crate) theme: Theme,
    /// The path after the language with its query, e.g. `/map?type=Device`.
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) home: bool,
    pub(crate) crumbs: Vec<Crumb>,
    pub(crate) assets: &'static Assets,
    pub(crate) sheets: Vec<String>,
    pub(crate) scripts: Vec<String>,
}

impl Frame {
    pub(crate) fn new(words: Words, theme: Theme, path: String) -> Self {
        Self {
            w: words,
            theme,
            path,
            title: String::new(),
            description: words.t("home.lead").to_owned(),
            home: false,
            crumbs: Vec::new(),
            assets: Assets::get(),
            sheets: Vec::new(),
            scripts: Vec::new(),
        }
    }

    /// Names the page; the breadcrumb ends with the name.
    pub(crate) fn titled(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        self.title = title.into();
        self.description = description.into();
        self
    }

    /// A step of the breadcrumb above the page.
    pub(crate) fn under(mut self, label: impl Into<String>, path: &str) -> Self {
        let link = Some(format!("/{}{path}", self.w.language));
        self.crumbs.push(Crumb { label: label.into(), link });
        self
    }

    /// The last step of the breadcrumb: this page.
    pub(crate) fn ending(mut self, label: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), link: None });
        self
    }

    /// Adds an island and its style sheet, where they were built.
    pub(crate) fn island(mut self, script: Option<&String>, sheet: Option<&String>) -> Self {
        self.scripts.extend(script.cloned());
        self.sheets.extend(sheet.cloned());
        self
    }

    /// The address of this page in another language.
    pub(crate) fn in_language(&self, language: Language) -> String {
        format!("/{language}{}", self.path)
    }

    pub(crate) fn label(&self, theme: Theme) -> &'static str {
        theme.label(self.w)
    }

    pub(crate) fn here(&self) -> String {
        self.in_language(self.w.language)
    }

    pub(crate) fn doors(&self) -> [Door; 6] {
        let door = |label, path: &str| Door {
            label,
            link: format!("/{}{path}", self.w.language),
            here: self.path.split('?').next() == Some(path),
        };
        [
            door(self.w.t("frame.indicators"), "/indicators"),
            door(self.w.t("frame.programme"), "/programme"),
            door(self.w.t("frame.evaluations"), "/evaluations"),
            door(self.w.t("frame.areas"), "/areas"),
            door(self.w.t("frame.map"), "/map"),
            door(self.w.t("frame.data"), "/data"),
        ]
    }
}
