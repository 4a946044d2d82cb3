// Nextcloud's own "@nextcloud/files", which its web apps list and describe files with. It expects a browser around it.
import assert from 'node:assert/strict';

const [address, user, password] = process.argv.slice(2);
globalThis.window ??= globalThis;
globalThis.location ??= new URL(address);
const head = { dataset: {}, getAttribute: (name) => ({ 'data-user': user, 'data-user-displayname': user })[name] ?? null };
globalThis.document ??= {
  head,
  readyState: 'complete',
  addEventListener: () => {},
  removeEventListener: () => {},
  documentElement: { lang: 'en', dataset: {} },
  querySelector: () => null,
  getElementsByTagName: () => [head],
};
window._oc_webroot = '';
window.OC = { webroot: '', requestToken: '' };

const { defaultRootPath, getDefaultPropfind, resultToNode } = await import('@nextcloud/files/dav');
const { createClient } = await import('webdav');
const client = createClient(`${address}remote.php/dav`, { username: user, password });
const root = `/files/${user}`;

await client.createDirectory(`${root}/Photos`);
await client.putFileContents(`${root}/Photos/dot.png`, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'));

const { data } = await client.getDirectoryContents(`${root}/Photos`, { details: true, data: getDefaultPropfind(), includeSelf: true });
const nodes = data.map((result) => resultToNode(result, root, `${address}remote.php/dav`));
const folder = nodes.find((node) => node.type === 'folder');
const file = nodes.find((node) => node.type === 'file');

assert.ok(defaultRootPath.startsWith('/files/'));
assert.equal(folder.basename, 'Photos');
assert.ok(folder.fileid > 0);
assert.equal(file.basename, 'dot.png');
assert.equal(file.mime, 'image/png');
assert.equal(file.size, 70);
assert.ok(file.fileid > 0);
assert.equal(file.owner, user);
assert.ok(file.mtime instanceof Date);
assert.ok((file.permissions & 1) && (file.permissions & 2) && (file.permissions & 8), `permissions ${file.permissions}`);
assert.ok(file.attributes.etag || file.attributes.getetag);
await client.deleteFile(`${root}/Photos`);
console.log('done');
