using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Files;

internal static class FileServices
{
    /// <summary>
    /// The use cases of files, and the storage that <see cref="FilesOptions"/> name; opens nothing before the first call.
    /// </summary>
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<IBlobStore>(provider => new WatchedBlobStore(
            CreateBlobStore(
                provider.GetRequiredService<IOptions<FilesOptions>>().Value,
                provider.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory
            ),
            provider.GetRequiredService<Outages>()
        ));
        services.AddSingleton<WriteContent>();
        services.AddSingleton<SaveFile>();
        services.AddSingleton<ReceiveFile>();
        services.AddSingleton<AssembleUpload>();
        services.AddSingleton<SweepFiles>();
        services.AddSingleton<CheckFiles>();
        services.AddSingleton<TrialContent>();
        services.AddSingleton<SampleContents>();
        services.AddHealthChecks().AddCheck<FileHealth>("files");
        return services;
    }

    private static IBlobStore CreateBlobStore(FilesOptions options, string dataDirectory) =>
        options.Storage switch
        {
            FileStorage.Folder => new FolderBlobStore(options.Folder ?? Path.Combine(dataDirectory, "files")),
            FileStorage.S3 => new S3BlobStore(options.S3),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Storage, "Unknown storage."),
        };
}
