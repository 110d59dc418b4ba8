// The official npm client: uploads a clip, renders it, polls, downloads, finds its asset, renders a template.
"use strict";
const assert = require("node:assert");
const fs = require("node:fs");
const Shotstack = require("shotstack-sdk");

const [address, key, clip] = process.argv.slice(2);
const client = Shotstack.ApiClient.instance;
client.authentications.DeveloperKey.apiKey = key;
const at = (part) => { client.basePath = `${address}/${part}/stage`; };
const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
const STATUSES = ["queued", "fetching", "rendering", "saving", "done"];

async function upload() {
  at("ingest");
  const ingest = new Shotstack.IngestApi();
  const { data } = await ingest.getUploadSignedUrl();
  const put = await fetch(data.attributes.url, { method: "PUT", body: fs.readFileSync(clip) });
  assert.equal(put.status, 200);
  for (let tries = 0; tries < 300; tries += 1) {
    const { data: source } = await ingest.getSource(data.id);
    if (source.attributes.status === "ready") return source.attributes.source;
    assert.notEqual(source.attributes.status, "failed");
    await pause();
  }
  throw new Error("the source never became ready");
}

function edit(src) {
  const asset = new Shotstack.VideoAsset();
  asset.setSrc(src);
  const shot = new Shotstack.Clip();
  shot.setAsset(asset);
  shot.setStart(0);
  shot.setLength(1);
  const track = new Shotstack.Track();
  track.setClips([shot]);
  const timeline = new Shotstack.Timeline();
  timeline.setTracks([track]);
  const size = new Shotstack.Size();
  size.setWidth(320);
  size.setHeight(180);
  const output = new Shotstack.Output();
  output.setFormat("mp4");
  output.setSize(size);
  output.setFps(25);
  const document = new Shotstack.Edit();
  document.setTimeline(timeline);
  document.setOutput(output);
  return document;
}

async function film(api, id) {
  at("edit");
  for (let tries = 0; tries < 600; tries += 1) {
    const { response } = await api.getRender(id, { data: false });
    assert.ok(STATUSES.includes(response.status), `${response.status}: ${response.error}`);
    if (response.status === "done") return response;
    await pause();
  }
  throw new Error("the render never ended");
}

async function main() {
  const source = await upload();
  at("edit");
  const api = new Shotstack.EditApi();
  const queued = await api.postRender(edit(source));
  assert.equal(queued.success, true);
  assert.equal(queued.message, "Created");
  const render = await film(api, queued.response.id);
  const bytes = Buffer.from(await (await fetch(render.url)).arrayBuffer());
  assert.equal(bytes.subarray(4, 8).toString(), "ftyp");

  at("serve");
  const { data: assets } = await new Shotstack.ServeApi().getAssetByRenderId(queued.response.id);
  assert.equal(assets[0].attributes.url, render.url);

  at("edit");
  const template = new Shotstack.Template();
  template.setName("From the npm client");
  template.setTemplate(edit("{{ SRC }}"));
  const kept = await api.postTemplate(template);
  const words = new Shotstack.TemplateRender();
  words.setId(kept.response.id);
  const field = new Shotstack.MergeField();
  field.setFind("SRC");
  field.setReplace(source);
  words.setMerge([field]);
  const again = await api.postTemplateRender(words);
  await film(api, again.response.id);

  client.authentications.DeveloperKey.apiKey = "wrong";
  await assert.rejects(api.postRender(edit(source)), (error) => error.status === 401);
  console.log(`npm client: a film of ${bytes.length} bytes, ${Math.round(render.renderTime)} ms to render`);
}

main().catch((error) => {
  console.error(error.response?.text ?? error);
  process.exit(1);
});
