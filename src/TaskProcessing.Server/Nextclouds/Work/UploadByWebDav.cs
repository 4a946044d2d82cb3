using System.Globalization;
using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Puts a result file into the files of the task's user, past PHP's limits for uploads: the way for connections that allow it. The
/// result may name the file when it is sent in that user's name.
/// </summary>
internal sealed class UploadByWebDav(IBlobStore blobs)
{
    private const string Folder = "TaskProcessing";

    /// <returns>The file's id there.</returns>
    /// <exception cref="OcsException">The Nextcloud did not take it.</exception>
    public async Task<long> RunAsync(HeldNextcloud held, NextcloudTask task, StoredFile file, CancellationToken cancellationToken)
    {
        var home = $"remote.php/dav/files/{Uri.EscapeDataString(task.RemoteUser!)}/{Folder}";
        return await held.TransferAsync(
            async (client, token) =>
            {
                var calls = client.CallsAs(task.RemoteUser!);
                using (var folder = calls.Request(new HttpMethod("MKCOL"), home))
                using (var made = await client.SendPlainAsync(folder, token))
                {
                    // 405: it is there.
                    if (!made.IsSuccessStatusCode && made.StatusCode != HttpStatusCode.MethodNotAllowed)
                        throw Refusal(made);
                }

                await using var content =
                    await blobs.OpenAsync(file.BlobKey!, 0, file.Size, token)
                    ?? throw new InvalidOperationException($"The content of file {file.Id} is gone.");
                using var put = calls.Request(HttpMethod.Put, $"{home}/{Name(task, file)}");
                put.Content = new StreamContent(content) { Headers = { ContentLength = file.Size } };
                using var stored = await client.SendPlainAsync(put, token);
                if (!stored.IsSuccessStatusCode)
                    throw Refusal(stored);

                return IdIn(stored);
            },
            cancellationToken,
            asUser: true
        );
    }

    /// <summary>The same at each try, so that a repeated upload replaces the first one.</summary>
    private static string Name(NextcloudTask task, StoredFile file) =>
        Uri.EscapeDataString(string.Create(CultureInfo.InvariantCulture, $"{task.RemoteId}-{file.Name}"));

    /// <summary>The header is the id, filled with zeros, and the name of the instance.</summary>
    private static long IdIn(HttpResponseMessage stored) =>
        stored.Headers.TryGetValues("OC-FileId", out var values)
        && long.TryParse(
            string.Concat(values.First().TakeWhile(char.IsAsciiDigit)),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id
        )
            ? id
            : throw new OcsException("The file was stored by WebDAV, but the answer names no id.", HttpStatusCode.OK);

    private static OcsException Refusal(HttpResponseMessage answer) =>
        new($"The file was not taken by WebDAV: {(int)answer.StatusCode} {answer.StatusCode}.", answer.StatusCode);
}
