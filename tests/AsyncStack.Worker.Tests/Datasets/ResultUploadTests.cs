using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Worker.Tests.Datasets;

public sealed class ResultUploadTests : IAsyncLifetime
{
    private static readonly ObjectUri Target = new(StorageBuckets.JobResults, "job/normalized.csv");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-results-");
    private IHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStorage Storage => _host!.Services.GetRequiredService<IObjectStorage>();

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:storage", $"Driver=file;Path={_folder.FullName};SigningKey=0123456789abcdef")]);
        builder.AddObjectStorage("storage");
        _host = builder.Build();
        await Storage.EnsureBucketAsync(StorageBuckets.JobResults, Token);
    }

    [Fact]
    public async Task What_is_written_is_stored_whole()
    {
        var line = new byte[1000];
        await ResultUpload.RunAsync(Storage, Target, (writer, _) => WriteAsync(writer, line, 20_000), Token);

        Assert.Equal(20_000_000, (await Storage.HeadAsync(Target, Token))!.Size);
    }

    [Fact]
    public async Task A_producer_that_fails_leaves_nothing_and_its_own_reason()
    {
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => ResultUpload.RunAsync(
            Storage,
            Target,
            async (writer, _) =>
            {
                await WriteAsync(writer, new byte[1000], 10_000);
                throw new InvalidDataException("line 7");
            },
            Token));

        Assert.Equal("line 7", fault.Message);
        await AssertNothingAsync();
    }

    [Fact]
    public async Task A_canceled_job_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ResultUpload.RunAsync(
            Storage,
            Target,
            async (writer, token) =>
            {
                await WriteAsync(writer, new byte[1000], 10_000);
                await cancel.CancelAsync();
                await WriteAsync(writer, new byte[1000], 10_000);
                token.ThrowIfCancellationRequested();
            },
            cancel.Token));

        await AssertNothingAsync();
    }

    [Fact]
    public async Task A_store_that_refuses_ends_the_producer_and_tells_its_reason()
    {
        var ended = new TaskCompletionSource();
        await Assert.ThrowsAsync<BucketNotFoundException>(() => ResultUpload.RunAsync(
            Storage,
            new ObjectUri("no-such-bucket", "x"),
            async (writer, _) =>
            {
                try
                {
                    await WriteAsync(writer, new byte[1000], int.MaxValue);
                }
                finally
                {
                    ended.SetResult();
                }
            },
            Token));

        Assert.True(ended.Task.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        _folder.Delete(recursive: true);
        await ValueTask.CompletedTask;
    }

    private static Task WriteAsync(ResultWriter writer, byte[] line, int times)
    {
        for (var i = 0; i < times; i++)
        {
            writer.Write(line);
        }

        return Task.CompletedTask;
    }

    private async Task AssertNothingAsync()
    {
        Assert.Null(await Storage.HeadAsync(Target, Token));
        Assert.Empty(_folder.GetFiles("*", SearchOption.AllDirectories));
    }
}
