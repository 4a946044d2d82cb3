// An S3 server for one test run: keeps its objects in the directory given, says on which port it listens, and ends with its standard input.
import S3rver from 's3rver';

const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] });
const { port } = await server.run();
console.log(port);
process.stdin.on('end', () => process.exit(0)).resume();
