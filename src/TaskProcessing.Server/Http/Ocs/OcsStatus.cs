namespace TaskProcessing.Server.Http.Ocs;

/// <summary>The status codes of OCS. Numbers below 600 are those of HTTP; the rest are OCS's own.</summary>
internal static class OcsStatus
{
    /// <summary>The status of a success in version 1.</summary>
    public const int Version1Ok = 100;

    /// <summary>The server is at fault.</summary>
    public const int ServerError = 996;

    /// <summary>The caller is not logged in, or is not the right user.</summary>
    public const int Unauthorised = 997;

    /// <summary>There is no such route.</summary>
    public const int NotFound = 998;

    /// <summary>The HTTP status that an answer travels with.</summary>
    public static int ToHttp(int status, bool version1) =>
        (version1, status) switch
        {
            (_, Unauthorised) => 401,
            (true, _) => 200,
            (_, NotFound) => 404,
            (_, ServerError) => 500,
            _ => status,
        };

    /// <summary>The <c>statuscode</c> of the meta block.</summary>
    public static int ToMeta(int status, bool version1) => version1 && status == 200 ? Version1Ok : status;

    public static bool IsOk(int status, bool version1) => version1 ? status == 200 : status is >= 200 and < 300;
}
