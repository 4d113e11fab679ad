using System.Data.Common;

namespace AsyncStack.Core.Storage;

/// <summary>
/// The storage connection string, read. One of
/// <c>Driver=file;Path=/absolute/folder;SigningKey=at least 16 characters</c> and
/// <c>Driver=s3;Endpoint=http://host:port;AccessKey=…;SecretKey=…;Region=us-east-1;PublicEndpoint=https://…</c>.
/// Region defaults to us-east-1. PublicEndpoint, used in signed URLs only, is the address callers reach the server by, when it is another one.
/// </summary>
internal abstract class StorageConnection
{
    /// <exception cref="InvalidOperationException">A part is missing or wrong; the message names it, never a secret.</exception>
    public static StorageConnection Parse(string name, string? connectionString)
    {
        var setting = $"ConnectionStrings:{name}";
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new InvalidOperationException($"{setting} is missing: set it to 'Driver=file;Path=/absolute/folder;SigningKey=…' or 'Driver=s3;Endpoint=http://host:port;AccessKey=…;SecretKey=…'.");
        var parts = new ConnectionParts(setting, connectionString);
        return parts.Required("Driver") switch
        {
            "file" => FileConnection.From(parts),
            "s3" => S3Connection.From(parts),
            var other => throw parts.Fault("Driver", $"is '{other}'; it must be file or s3"),
        };
    }
}

/// <summary>Objects are files below a folder.</summary>
internal sealed class FileConnection : StorageConnection
{
    private const int MinSigningKeyLength = 16;

    public required string Path { get; init; }

    public required string SigningKey { get; init; }

    internal static FileConnection From(ConnectionParts parts)
    {
        var path = parts.Required("Path");
        if (!System.IO.Path.IsPathFullyQualified(path))
            throw parts.Fault("Path", $"is '{path}'; it must be an absolute folder");
        var key = parts.Required("SigningKey");
        if (key.Length < MinSigningKeyLength)
            throw parts.Fault("SigningKey", $"has {key.Length} characters; it needs at least {MinSigningKeyLength}, random ones ('openssl rand -base64 32')");
        return new FileConnection { Path = path, SigningKey = key };
    }
}

/// <summary>Objects live on an S3 server.</summary>
internal sealed class S3Connection : StorageConnection
{
    public required Uri Endpoint { get; init; }

    public required Uri PublicEndpoint { get; init; }

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    public required string Region { get; init; }

    /// <summary>The connection as the settings have it now, for keys that change without a restart.</summary>
    public Func<S3Connection>? Reread { get; set; }

    internal static S3Connection From(ConnectionParts parts)
    {
        var endpoint = parts.HttpAddress("Endpoint", parts.Required("Endpoint"));
        return new S3Connection
        {
            Endpoint = endpoint,
            PublicEndpoint = parts.Optional("PublicEndpoint") is { } address ? parts.HttpAddress("PublicEndpoint", address) : endpoint,
            AccessKey = parts.Required("AccessKey"),
            SecretKey = parts.Required("SecretKey"),
            Region = parts.Optional("Region") ?? "us-east-1",
        };
    }
}

internal sealed class ConnectionParts
{
    private readonly string _setting;
    private readonly DbConnectionStringBuilder _parts;

    // The parser's own exception is left out: it quotes the text around the fault, which may be a secret.
    public ConnectionParts(string setting, string connectionString)
    {
        _setting = setting;
        _parts = Read(connectionString)
            ?? throw new InvalidOperationException($"{setting} is not of the form 'Name=value;Name=value'.");
    }

    public string? Optional(string part) =>
        _parts.TryGetValue(part, out var value) && value is string { Length: > 0 } text ? text : null;

    public string Required(string part) => Optional(part) ?? throw Fault(part, "is missing");

    public Uri HttpAddress(string part, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw Fault(part, $"is '{text}'; it must be an address such as http://localhost:9000");

    public InvalidOperationException Fault(string part, string fault) => new($"{_setting}: {part} {fault}.");

    private static DbConnectionStringBuilder? Read(string connectionString)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
