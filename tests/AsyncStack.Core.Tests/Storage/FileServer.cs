using AsyncStack.Api.Files;
using AsyncStack.Core.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>A host with the folder driver in a folder of its own and the Api's file endpoints on a port of their own.</summary>
public sealed class FileServer : IAsyncLifetime
{
    private readonly WebApplication _app;

    public FileServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["ConnectionStrings:storage"] = $"Driver=file;Path={Folder};SigningKey=0123456789abcdef==";
        builder.Configuration["Storage:MaxUploadBytes"] = "1000000";
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.AddObjectStorage("storage");
        _app = builder.Build();
        _app.MapFiles();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("asyncstack-files-").FullName;

    public Uri Address => new(_app.Urls.First());

    public IObjectStorage Storage => _app.Services.GetRequiredService<IObjectStorage>();

    public async ValueTask InitializeAsync() => await _app.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
