// Read an OGC API with ogc-client, and tell as JSON what was read.
import { OgcApiEndpoint, setFetchOptions } from "@camptocamp/ogc-client";

const { address, key, collections, bbox, crs } = JSON.parse(process.env.ASKED);
setFetchOptions({ headers: { Authorization: `Bearer ${key}` } });
const api = new OgcApiEndpoint(`${address}/`);
const told = { title: (await api.info).title, hasFeatures: await api.hasFeatures, found: {} };
told.collections = await api.featureCollections;
for (const name of collections) {
  const url = await api.getCollectionItemsUrl(name, { limit: 1000, asJson: true });
  const next = [url];
  const features = [];
  while (next.length) {
    const page = await (await fetch(next.pop(), { headers: { Authorization: `Bearer ${key}` } })).json();
    features.push(...page.features);
    next.push(...page.links.filter((link) => link.rel === "next").map((link) => link.href));
  }
  // Its own way to read page by page is to count.
  const counted = [];
  let page;
  do {
    page = await api.getCollectionItems(name, 900, counted.length);
    counted.push(...page);
  } while (page.length === 900);
  const info = await api.getCollectionInfo(name);
  told.found[name] = {
    followed: features.map((feature) => feature.id),
    counted: counted.map((feature) => feature.id),
    beyond: await api.getCollectionItems(name, 900, 9999),
    crs: info.crs,
    bulk: info.bulkDownloadLinks,
    item: (await api.getCollectionItem(name, features[0].id)).id,
    boxed: (await api.getCollectionItems(name, 1000, 0, false, undefined, bbox)).map((feature) => feature.id),
  };
}
const metres = await api.getCollectionItemsUrl("grids", { limit: 1000, asJson: true, outputCrs: crs });
told.in_metres = (await (await fetch(metres, { headers: { Authorization: `Bearer ${key}` } })).json()).features;
console.log(JSON.stringify(told));
