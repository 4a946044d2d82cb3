using System.Text;

namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>Reads a stream of a program: its beginning up to a limit, its end, and every line for a listener.</summary>
internal sealed class ProgramOutput(int maxBytes, Func<string, ValueTask>? onLine) : IDisposable
{
    private const int MaxLineLength = 4096;
    private const int TailLength = 4096;

    private readonly MemoryStream _head = new();
    private readonly StringBuilder _line = new();
    private string _tail = "";

    /// <summary>True when the stream was longer than the limit.</summary>
    public bool IsTooLong { get; private set; }

    public string Text => Encoding.UTF8.GetString(_head.GetBuffer(), 0, (int)_head.Length);

    /// <summary>The last characters.</summary>
    public string Tail => _tail.Trim();

    /// <summary>Reads to the end, keeping no more than it must, so that the program never waits for its reader.</summary>
    public async Task ReadAsync(Stream stream, Action onTooLong)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var buffer = new byte[16 * 1024];
        var characters = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        int count;
        while ((count = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            var kept = (int)Math.Min(count, maxBytes - _head.Length);
            _head.Write(buffer, 0, kept);
            var text = new string(characters, 0, decoder.GetChars(buffer, 0, count, characters, 0));
            _tail = _tail.Length + text.Length > TailLength ? (_tail + text)[^TailLength..] : _tail + text;
            if (onLine is not null)
                await NotifyAsync(text);
            if (kept < count && !IsTooLong)
            {
                IsTooLong = true;
                onTooLong();
            }
        }

        if (onLine is not null && _line.Length > 0)
            await onLine(_line.ToString());
    }

    public void Dispose() => _head.Dispose();

    private async ValueTask NotifyAsync(string text)
    {
        foreach (var character in text)
        {
            // Progress bars go back to the start of their line.
            if (character is '\n' or '\r')
            {
                if (_line.Length > 0)
                    await onLine!(_line.ToString());
                _line.Clear();
            }
            else if (_line.Length < MaxLineLength)
            {
                _line.Append(character);
            }
        }
    }
}
