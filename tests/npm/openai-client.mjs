// What OpenAI's own client sends for each kind of call. The server need not answer well: only what it is asked counts.
import OpenAI, { toFile } from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'key', maxRetries: 0 });
const ignore = () => {};
const tools = [{ type: 'function', function: { name: 'weather', description: 'd', parameters: { type: 'object' } } }];
const url = `data:image/png;base64,${process.argv[3]}`;

await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content: 'Hallo Wörld' }], max_tokens: 4096, stream: true }).catch(ignore);
await client.chat.completions
  .create({
    model: 'small',
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Weather in Ulm?' },
      { role: 'assistant', content: '', tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } }] },
      { role: 'tool', content: 'rain', tool_call_id: 'call_a' },
    ],
    tools,
    max_tokens: 4096,
    stream: true,
  })
  .catch(ignore);
await client.chat.completions
  .create({
    model: 'eyes',
    messages: [
      { role: 'system', content: process.argv[4] },
      { role: 'user', content: [{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url } }] },
    ],
    max_tokens: 4096,
    stream: true,
  })
  .catch(ignore);
await client.chat.completions
  .create({
    model: 'eyes',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url } },
          { type: 'file', file: { filename: 'document.pdf', file_data: `data:application/pdf;base64,${Buffer.from('%PDF-1.7').toString('base64')}` } },
        ],
      },
    ],
    tools,
    max_tokens: 4096,
    stream: true,
  })
  .catch(ignore);
await client.images.generate({ model: 'brush', prompt: 'A boat', response_format: 'b64_json' }).catch(ignore);
await client.images.generate({ model: 'brush', prompt: 'A boat', response_format: 'b64_json', n: 3, size: '1024x1536' }).catch(ignore);
await client.audio.speech.create({ model: 'mouth', voice: 'alloy', input: 'Hello', response_format: 'mp3' }).catch(ignore);
await client.audio.transcriptions.create({ model: 'ears', file: await toFile(Buffer.from('ID3 sound'), 'audio.mp3'), response_format: 'json' }).catch(ignore);
await client.audio.transcriptions.create({ model: 'ears', file: await toFile(Buffer.from('ID3 sound'), 'audio.mp3'), response_format: 'verbose_json' }).catch(ignore);
await client.audio.transcriptions.create({ model: 'ears', file: await toFile(Buffer.from('ID3 sound'), 'audio.mp3'), response_format: 'json', language: 'en' }).catch(ignore);
