// A server with OpenAI's API for one test run: chats answer what they were told and asked, other models the same always. Says where it listens, and ends with its standard input.
import { LLMock } from '@copilotkit/aimock';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const mp3 = Buffer.from('ID3 a voice').toString('base64');

const text = (content) => (typeof content === 'string' ? content : content.map((part) => part.text ?? `<${part.image_url.url.slice(0, 22)}>`).join(' '));
const echo = (request) => {
  const told = request.messages.filter((message) => message.role === 'system').map((message) => text(message.content).split(' ').slice(0, 3).join(' '));
  const asked = request.messages.filter((message) => message.role !== 'system').map((message) => text(message.content ?? ''));
  return { content: `🐢 ${[...told, ...asked].join(' | ')}` };
};

const server = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 5, logLevel: 'silent' });
server.on({ model: 'tiny-chat', toolName: 'weather', hasToolResult: false }, { toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Ulm"}' }] });
server.on({ model: 'tiny-chat', endpoint: 'chat' }, echo);
server.on({ model: 'tiny-vision', endpoint: 'chat' }, echo);
server.on({ model: 'dall-e-3', endpoint: 'image' }, { image: { b64Json: png } });
server.on({ model: 'tts-1', endpoint: 'speech' }, { audio: mp3, format: 'mp3' });
server.on({ model: 'whisper-1', endpoint: 'transcription' }, { transcription: { text: 'open the door', segments: [{ id: 0, start: 0, end: 1.5, text: ' open the door' }] } });
await server.start();
console.log(`${server.url}/v1`);
process.stdin.on('end', () => process.exit(0)).resume();
