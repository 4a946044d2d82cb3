using System.Net;
using System.Text;
using System.Xml.Linq;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>
/// Sends the requests of WebDAV clients. Paths are those of <c>/remote.php/dav/files/alice/</c> unless they begin with a
/// slash.
/// </summary>
internal static class DavDriver
{
    public static readonly XNamespace D = "DAV:";
    public static readonly XNamespace Oc = "http://owncloud.org/ns";

    public static async Task<HttpResponseMessage> DavAsync(
        this HttpClient client,
        string verb,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), new Uri(client.BaseAddress!, Full(path)));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, name == "Destination" ? Full(value) : value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8);

        return await client.SendAsync(request);
    }

    public static async Task<HttpStatusCode> StatusAsync(
        this HttpClient client,
        string verb,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    ) => (await client.DavAsync(verb, path, body, headers)).StatusCode;

    /// <summary>The properties in the answer to a PROPFIND, by address and name; those that exist.</summary>
    public static async Task<Dictionary<string, Dictionary<XName, XElement>>> FindAsync(
        this HttpClient client,
        string path,
        int depth,
        params XName[] names
    )
    {
        var body = new XElement(
            D + "propfind",
            names.Length == 0 ? new XElement(D + "allprop") : new XElement(D + "prop", names.Select(name => new XElement(name)))
        );
        var answer = await client.DavAsync("PROPFIND", path, body.ToString(), ("Depth", $"{depth}"));
        answer.StatusCode.Should().Be(HttpStatusCode.MultiStatus);
        return XDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .Root!.Elements(D + "response")
            .ToDictionary(
                response => response.Element(D + "href")!.Value,
                response =>
                    response
                        .Elements(D + "propstat")
                        .Where(found => found.Element(D + "status")!.Value.Contains("200"))
                        .SelectMany(found => found.Element(D + "prop")!.Elements())
                        .ToDictionary(property => property.Name)
            );
    }

    public static async Task<string> MessageAsync(HttpResponseMessage answer) =>
        XDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .Descendants((XNamespace)"http://sabredav.org/ns" + "message")
            .Single()
            .Value;

    private static string Full(string path) => path.StartsWith('/') || path.Contains("://") ? path : $"/remote.php/dav/files/alice/{path}";
}
