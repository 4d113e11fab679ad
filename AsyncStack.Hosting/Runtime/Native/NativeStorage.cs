using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Chooses what storage is without containers.</summary>
internal static class NativeStorage
{
    /// <summary>Environment variable: <c>s3</c> asks for an S3 server, <c>file</c> for the folder.</summary>
    public const string Variable = "ASYNCSTACK_STORAGE";

    /// <summary>A <c>minio</c> program where there is one, else the folder; <c>s3</c> without minio is s3rver.</summary>
    /// <exception cref="InvalidOperationException">The variable holds something else.</exception>
    public static IServerRuntime Choose() =>
        (Environment.GetEnvironmentVariable(Variable), Programs.Find("minio") is not null) switch
        {
            ("file", _) or (null or "", false) => new FolderStorage(),
            (null or "" or "s3", true) => new Minio(),
            ("s3", false) => new S3rver(),
            var (value, _) => throw new InvalidOperationException($"{Variable} is '{value}': set it to 's3' or 'file', or unset it."),
        };
}
