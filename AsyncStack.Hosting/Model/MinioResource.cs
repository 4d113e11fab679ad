namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Object storage: a MinIO or other S3 server, or natively a folder that plays its part.</summary>
public sealed class MinioResource : ContainerResource, IResourceWithConnectionString
{
    internal const string Region = "us-east-1";

    /// <summary>Describes a storage; <c>AddMinio</c> adds one to a graph.</summary>
    public MinioResource(string name, ParameterResource accessKey, ParameterResource secretKey, ParameterResource signingKey)
        : base(name)
    {
        AccessKey = accessKey;
        SecretKey = secretKey;
        SigningKey = signingKey;
        PrimaryEndpoint = new EndpointReference(this, "http");
    }

    /// <summary>Where S3 clients connect.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>Key id that S3 clients give.</summary>
    public ParameterResource AccessKey { get; }

    /// <summary>Secret that S3 clients sign with.</summary>
    public ParameterResource SecretKey { get; }

    /// <summary>Signs the URLs of the folder.</summary>
    public ParameterResource SigningKey { get; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression => Folder is { } folder
        ? ReferenceExpression.Create($"Driver=file;Path={folder};SigningKey={SigningKey}")
        : ReferenceExpression.Create($"Driver=s3;Endpoint={PrimaryEndpoint};AccessKey={AccessKey};SecretKey={SecretKey};Region={Region}");

    /// <summary>The folder that plays the server's part; decided when the graph starts, before any value is evaluated.</summary>
    internal string? Folder { get; set; }
}
