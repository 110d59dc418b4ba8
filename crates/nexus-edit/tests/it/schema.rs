//! The published schema as an outside judge, where it is at hand.

use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The folder of reference material beside the project, or `None` after saying so.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = root.join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: no shared data");
    None
}

/// The schema of `@shotstack/schemas` 1.18.3.
pub(crate) struct Schema {
    pub(crate) text: Value,
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// The schema, when it is at hand.
    pub(crate) fn published() -> Option<Self> {
        let file = shared("contracts/shotstack/edit.schema_1.18.3.json")?;
        let text: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let place = "https://schema.example/edit.json";
        compiler.add_resource(place, text.clone()).unwrap();
        let index = compiler.compile(place, &mut schemas).unwrap();
        Some(Self { text, schemas, index })
    }

    /// What is wrong with a document, in the judge's words; `None` when it is valid.
    pub(crate) fn faults(&self, document: &Value) -> Option<String> {
        self.schemas.validate(document, self.index).err().map(|error| format!("{error:#}"))
    }
}
