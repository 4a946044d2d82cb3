using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Ends answers that grow beyond all reason before they fill the memory, where the library would collect them whole.</summary>
internal sealed class MaxResponseSizeHandler(HttpMessageHandler inner, long mostBytes) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var bounded = new StreamContent(new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), mostBytes));
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            bounded.Headers.TryAddWithoutValidation(name, values);
        response.Content = bounded;
        return response;
    }

    private sealed class BoundedStream(Stream inner, long mostBytes) : ReadOnlyStream
    {
        private long _read;

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int read) =>
            (_read += read) <= mostBytes ? read : throw new BadAnswerException($"The answer has more than {mostBytes} bytes.");
    }
}
