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

const lock = await client.lock('/moved.txt');
await assert.rejects(client.deleteFile('/moved.txt'), { status: 423 });
await client.unlock('/moved.txt', lock.token);
await client.deleteFile('/moved.txt');

assert.ok((await client.getQuota()).available);
await client.deleteFile('/folder ü');
await assert.rejects(client.stat('/folder ü'), { status: 404 });
console.log('done');
