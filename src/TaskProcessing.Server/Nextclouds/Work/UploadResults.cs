using System.Net;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Files;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>Uploads the files of an output, each once: what is uploaded is noted in the row before the next one.</summary>
internal sealed class UploadResults(
    INextcloudTaskStore claimed,
    IFileStore files,
    IBlobStore blobs,
    CurrentTaskTypes taskTypes,
    UploadByWebDav uploadByWebDav,
    INextcloudStore connections,
    TimeProvider time
)
{
    private const int MostTries = 3;

    public async Task<UploadedOutput> RunAsync(
        HeldNextcloud held,
        NextcloudTask task,
        ProcessingTask local,
        string output,
        CancellationToken cancellationToken
    )
    {
        var values = JsonElement.Parse(output);
        var shape = taskTypes.Current.Find(local.Type)?.Output;
        var ids = shape is null ? await ListOwnAsync(local, values, cancellationToken) : FileSlots.Ids(shape, values);
        if (ids.Count == 0)
            return new UploadedOutput.Ready(output);

        var uploads = UploadedFiles.Read(task.Uploads);
        foreach (var id in ids.Where(id => !uploads.ContainsKey(id)))
        {
            if (await files.FindAsync(id, cancellationToken) is not { IsFolder: false } file || !FindTaskFile.IsOf(local, file))
                return Refused($"File {id} of the result is no longer there.");
            var (there, failure) = await UploadAsync(held, task, file, cancellationToken);
            if (failure is not null)
                return new UploadedOutput.Refused(failure);

            uploads[id] = there;
            var noted = UploadedFiles.Write(uploads);
            HoldException.ThrowUnless(await claimed.TrySaveUploadsAsync(task.Id, held.Holder, noted, CancellationToken.None));
            task.Uploads = noted;
        }

        var named = ids.ToHashSet();
        return new UploadedOutput.Ready(
            FileSlots.Replace(
                values,
                shape is null ? slot => Holds(values, slot, named) : FileSlots.Of(shape),
                uploads.ToDictionary(upload => upload.Key, upload => upload.Value.Id)
            )
        );
    }

    private async Task<(UploadedFile There, NextcloudFailure? Failure)> UploadAsync(
        HeldNextcloud held,
        NextcloudTask task,
        StoredFile file,
        CancellationToken cancellationToken
    )
    {
        var mayUseDav = held.Known.Connection.UploadByWebDav && task.RemoteUser is not null;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return (new UploadedFile(await SendAsync(held, task, file, cancellationToken), IsOfUser: false), null);
            }
            catch (OcsException refusal)
                when (IsOfSize(refusal) && (refusal.HttpStatus != HttpStatusCode.InternalServerError || tries == MostTries))
            {
                if (mayUseDav)
                    return (new UploadedFile(await uploadByWebDav.RunAsync(held, task, file, cancellationToken), IsOfUser: true), null);

                await connections.NoteRefusedUploadAsync(held.Id, file.Size, time.GetUtcNow(), CancellationToken.None);
                return (default, TooLarge(file, refusal));
            }
            catch (OcsException refusal) when (refusal.IsInternalError)
            {
                // It may be a mishap of the moment; once more.
            }
        }
    }

    private async Task<long> SendAsync(HeldNextcloud held, NextcloudTask task, StoredFile file, CancellationToken cancellationToken) =>
        await held.TransferAsync(
            async (client, token) =>
            {
                await using var content =
                    await blobs.OpenAsync(file.BlobKey!, 0, file.Size, token)
                    ?? throw new InvalidOperationException($"The content of file {file.Id} is gone.");
                return await client.Transfers.UploadFileAsync(task.ToClaimed(), content, file.Name, token);
            },
            cancellationToken
        );

    /// <summary>The files of the local task among the numbers of its output.</summary>
    private async Task<IReadOnlyList<long>> ListOwnAsync(ProcessingTask local, JsonElement values, CancellationToken cancellationToken)
    {
        var own = new List<long>();
        foreach (var id in ShapeValue.WholeNumbers(values))
        {
            if (await files.FindAsync(id, cancellationToken) is { TaskId: { } taskId } && taskId == local.Id)
                own.Add(id);
        }

        return own;
    }

    private static bool Holds(JsonElement values, string slot, HashSet<long> ids) =>
        ShapeValue.WholeNumbersOf(values.GetProperty(slot)).Any(ids.Contains);

    /// <summary>What a web server, or PHP, answers to more bytes than it takes.</summary>
    private static bool IsOfSize(OcsException refusal) =>
        refusal.IsInternalError || refusal.HttpStatus is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest;

    private static NextcloudFailure TooLarge(StoredFile file, OcsException refusal) =>
        new(
            $"The Nextcloud does not take a result file of {file.Size} bytes: {refusal.Message} Its limits are upload_max_filesize and "
                + "post_max_size of PHP and the body size of its web server.",
            "The result is larger than this Nextcloud takes from apps."
        );

    private static UploadedOutput.Refused Refused(string sentence) => new(NextcloudFailure.Of(sentence));
}

/// <summary>The result of <see cref="UploadResults"/>.</summary>
internal abstract record UploadedOutput
{
    private UploadedOutput() { }

    /// <summary>The output names the files there.</summary>
    public sealed record Ready(string Output) : UploadedOutput;

    /// <summary>A file cannot be uploaded, so the task fails.</summary>
    public sealed record Refused(NextcloudFailure Failure) : UploadedOutput;
}
