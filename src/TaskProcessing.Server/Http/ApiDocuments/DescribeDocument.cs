using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>Describes the groups of operations, and keeps only the kinds of login that the document uses.</summary>
internal sealed class DescribeDocument : IDocumentFilter
{
    private static readonly Dictionary<string, string> Tags = new()
    {
        ["Administration"] = "The data and the actions of the admin page; for administrators, with a session or an app password.",
        ["AppAPI"] = "What provider apps need of Nextcloud's AppAPI: registration, state, settings.",
        ["Files of tasks"] = "Contents of files in inputs and outputs.",
        ["Login flow"] = "How a client gets an app password without seeing the password: Nextcloud's login flow, version 2.",
        ["Providers"] = "Work on tasks: claim them, report progress, deliver results.",
        ["Routes of the manual"] = "The short routes of the API's manual; they do the same as those of Tasks.",
        ["Sessions"] = "How pages sign a browser in and out.",
        ["Tasks"] = "Schedule tasks, read, wait for, cancel and delete them.",
        ["Server"] = "The server's version and capabilities.",
        ["Tasks of provider apps"] = "Tasks that a provider app schedules for its user.",
    };

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        foreach (var tag in swaggerDoc.Tags ?? new HashSet<OpenApiTag>())
            tag.Description = Tags[tag.Name!];

        var used = swaggerDoc
            .Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Security ?? [])
            .SelectMany(requirement => requirement.Keys)
            .Select(scheme => scheme.Reference.Id)
            .ToHashSet();
        foreach (var name in swaggerDoc.Components!.SecuritySchemes!.Keys.Except(used).ToList())
            swaggerDoc.Components.SecuritySchemes.Remove(name!);
    }
}
