using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Cli.Serving;

/// <summary>Explains in one line why the program cannot run and how to repair it.</summary>
internal static class StartFailure
{
    private const string Elsewhere = "listen elsewhere with --urls";

    /// <summary>The explanation; null for an error that looks like a bug.</summary>
    public static string? Explain(Exception error) =>
        error switch
        {
            IOException { InnerException: AddressInUseException } => $"{Line(error)}; end the program that uses it, or {Elsewhere}",
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
                $"Urls names an address that this machine does not have; {Elsewhere}",
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                $"it may not listen on the address of Urls (ports below 1024 are for root); {Elsewhere}",
            SocketException => $"it cannot listen on the address of Urls: {Line(error)}; {Elsewhere}",
            InvalidOperationException when error.Message.Contains("HTTPS endpoint", StringComparison.Ordinal) =>
                "https needs a certificate; set Kestrel:Certificates:Default:Path to a PKCS #12 file (.pfx) "
                    + "and Kestrel:Certificates:Default:Password, or listen on http behind a proxy that has one",
            CryptographicException => $"a certificate of the section Kestrel cannot be used: {Line(error)}; "
                + "its Path must be a PKCS #12 file (.pfx) and its Password that file's",
            FileNotFoundException or DirectoryNotFoundException =>
                $"{Line(error)}; a relative path in the section Kestrel counts from the directory of the program",
            AggregateException { InnerExceptions: [var first, ..] } => Explain(first),
            // A database that is away, a directory without write access, a log that cannot be set up: the message is
            // complete.
            IOException
            or StoreUnavailableException
            or UnauthorizedAccessException
            or FormatException
            or InvalidOperationException
            or ArgumentException => Line(error),
            _ => null,
        };

    /// <summary>Libraries add paragraphs of advice that is not for users of this program.</summary>
    private static string Line(Exception error) => error.Message.Split('\n')[0].TrimEnd('\r', '.', ' ');
}
