using System.ClientModel;
using System.Net.Http.Headers;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// The form with which audio is sent. The library's own form has no quotation marks, which simpler servers expect.
/// </summary>
internal sealed class AudioForm : BinaryContent
{
    private readonly MultipartFormDataContent _form = [];

    public AudioForm(Stream audio, string fileName)
    {
        var file = new StreamContent(audio);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
        {
            Name = "\"file\"",
            FileName = $"\"{fileName}\"",
        };
        _form.Add(file);
    }

    /// <summary>Servers may look for the boundary without its quotation marks, which it does not need.</summary>
    public string ContentType => _form.Headers.ContentType!.ToString().Replace("\"", "", StringComparison.Ordinal);

    public void Add(string name, string value)
    {
        var field = new StringContent(value);
        field.Headers.ContentType = null;
        field.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = $"\"{name}\"" };
        _form.Add(field);
    }

    public override bool TryComputeLength(out long length)
    {
        length = _form.Headers.ContentLength ?? -1;
        return length >= 0;
    }

    public override void WriteTo(Stream stream, CancellationToken cancellationToken) =>
        _form.CopyTo(stream, context: null, cancellationToken);

    public override Task WriteToAsync(Stream stream, CancellationToken cancellationToken) => _form.CopyToAsync(stream, cancellationToken);

    public override void Dispose() => _form.Dispose();
}
