//! Temporary: renders an edit given as JSON with its assets.
use std::{collections::BTreeMap, sync::Arc};
use nexus_core::{film::{FilmTags, RenderRequest}, port::{BlobStore, Renderer}};
use nexus_render::{LocalRenderer, RendererConfig};
use nexus_testkit::{conformance::render::FolderBlobs, factory};
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let root = std::path::PathBuf::from(&args[2]);
    std::fs::create_dir_all(&root).unwrap();
    let blobs = Arc::new(FolderBlobs::new(root.join("blobs")));
    let doc: serde_json::Value = serde_json::from_slice(&std::fs::read(&args[1]).unwrap()).unwrap();
    let mut assets = BTreeMap::new();
    for (name, path) in doc["assets"].as_object().unwrap() {
        assets.insert(name.clone(), blobs.store(factory::business().id, name, std::path::Path::new(path.as_str().unwrap())).await);
    }
    let renderer = LocalRenderer::new(RendererConfig::new(root.join("cache"), root.join("scratch")), blobs.clone() as Arc<dyn BlobStore>);
    let begin = std::time::Instant::now();
    let request = RenderRequest { business: factory::business().id, edit: doc["edit"].clone(), assets, tags: FilmTags { title: "T".into(), ..Default::default() } };
    let film = renderer.render(&request, &factory::context("x")).await;
    eprintln!("{:.2} s {film:#?}", begin.elapsed().as_secs_f64());
    let file = blobs.local_file(&film.unwrap().blob).await.unwrap();
    std::fs::copy(file, root.join("film.mp4")).unwrap();
}
