using System.Diagnostics.CodeAnalysis;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Object storage that is the resource's folder: the services' <c>file</c> driver needs no server, only the folder.</summary>
internal sealed class FolderStorage : IServerRuntime
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder that the objects lie in.</summary>
    public static string FolderOf(string dataDirectory) => Path.Combine(dataDirectory, "objects");

    [SuppressMessage("Reliability", "CA2000", Justification = "The caller disposes what was started.")]
    public Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(start.DataDirectory, OwnerOnly);
        Directory.CreateDirectory(FolderOf(start.DataDirectory));
        return Task.FromResult<IRunningResource>(new OpenFolder());
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        Task.FromResult(Directory.Exists(FolderOf(start.DataDirectory)) ? null : $"the folder {FolderOf(start.DataDirectory)} is gone");

    private sealed class OpenFolder : IRunningResource
    {
        private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int? ProcessId => null;

        public Task<int> Exited => _exited.Task;

        public Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
        {
            _exited.TrySetResult(0);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero, CancellationToken.None));
    }
}
