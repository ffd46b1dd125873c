// Read an OGC API with ogc-client, and tell as JSON what was read.
import { OgcApiEndpoint, setFetchOptions } from "@camptocamp/ogc-client";

const { address, key, collections, bbox } = JSON.parse(process.env.ASKED);
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
  const info = await api.getCollectionInfo(name);
  told.found[name] = {
    codes: features.map((feature) => feature.id),
    crs: info.crs.length,
    bulk: info.bulkDownloadLinks,
    item: (await api.getCollectionItem(name, features[0].id)).id,
    items: (await api.getCollectionItems(name, 3, 0)).map((feature) => feature.id),
    boxed: (await api.getCollectionItems(name, 1000, 0, false, undefined, bbox)).map((feature) => feature.id),
  };
}
console.log(JSON.stringify(told));
