// The client library "webdav": writes, lists, reads in part, moves and removes.
import assert from 'node:assert/strict';
import { createClient } from 'webdav';

const [address, user, password] = process.argv.slice(2);
const client = createClient(`${address}remote.php/dav/files/${user}`, { username: user, password });

await client.createDirectory('/folder ü');
await client.putFileContents('/folder ü/hello.txt', 'hello world');
assert.equal(await client.getFileContents('/folder ü/hello.txt', { format: 'text' }), 'hello world');

const listed = await client.getDirectoryContents('/folder ü');
assert.deepEqual(listed.map(({ basename, size, type, mime }) => ({ basename, size, type, mime })),
  [{ basename: 'hello.txt', size: 11, type: 'file', mime: 'text/plain' }]);
assert.equal((await client.stat('/folder ü')).type, 'directory');

const pieces = [];
for await (const piece of client.createReadStream('/folder ü/hello.txt', { range: { start: 6, end: 10 } })) pieces.push(piece);
assert.equal(Buffer.concat(pieces).toString(), 'world');

assert.equal(await client.putFileContents('/folder ü/hello.txt', 'no', { overwrite: false }), false);
await client.copyFile('/folder ü/hello.txt', '/copy.txt');
await client.moveFile('/copy.txt', '/moved.txt');
assert.equal(await client.exists('/copy.txt'), false);
assert.equal(await client.exists('/moved.txt'), true);

const everything = await client.getDirectoryContents('/', { deep: true });
assert.deepEqual(everything.map(({ filename }) => filename).sort(), ['/folder ü', '/folder ü/hello.txt', '/moved.txt']);

const whole = createClient(`${address}remote.php/dav`, { username: user, password });
const { results } = await whole.search('/', {
  data: `<d:searchrequest xmlns:d="DAV:"><d:basicsearch><d:select><d:prop><d:displayname/><d:getetag/></d:prop></d:select>
    <d:from><d:scope><d:href>/files/${user}/</d:href><d:depth>infinity</d:depth></d:scope></d:from>
    <d:where><d:like><d:prop><d:displayname/></d:prop><d:literal>HELLO%</d:literal></d:like></d:where></d:basicsearch></d:searchrequest>`,
});
assert.deepEqual(results.map(({ basename }) => basename), ['hello.txt']);

const zip = await client.getFileContents('/folder ü', { headers: { Accept: 'application/zip' } });
assert.equal(Buffer.from(zip).subarray(0, 2).toString(), 'PK');

const lock = await client.lock('/moved.txt');
await assert.rejects(client.deleteFile('/moved.txt'), { status: 423 });
await client.unlock('/moved.txt', lock.token);
await client.deleteFile('/moved.txt');

assert.ok((await client.getQuota()).available);
await client.deleteFile('/folder ü');
await assert.rejects(client.stat('/folder ü'), { status: 404 });
console.log('done');
