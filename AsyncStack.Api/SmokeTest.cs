using System.Net.Http.Json;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Tasks;
using AsyncStack.ServiceDefaults.Secrets;

namespace AsyncStack.Api;

/// <summary><c>AsyncStack.Api smoke http://gateway:8080</c>: hands in a task through the entry and waits for its end.</summary>
internal static class SmokeTest
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows the first key, where there is one.</summary>
    /// <returns>The exit code: 0 when the task came back completed.</returns>
    public static async Task<int> RunAsync(WebApplicationBuilder builder, Uri address, TextWriter output)
    {
        builder.AddMountedSecrets();
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        if (builder.Configuration[$"{AuthOptions.Section}:{nameof(AuthOptions.BootstrapKey)}"] is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Add(CredentialHandler.KeyHeader, key);
        }

        try
        {
            return await RunAsync(client, output, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            await output.WriteLineAsync($"no task came to its end within {Deadline.TotalSeconds:0} s");
            return 1;
        }
    }

    // Pods that have just come up may be unreachable for a moment; what does not come back in time has failed.
    private static async Task<int> RunAsync(HttpClient client, TextWriter output, CancellationToken cancellationToken)
    {
        Uri? task = null;
        while (true)
        {
            try
            {
                task ??= await SubmitAsync(client, output, cancellationToken);
                var view = await client.GetFromJsonAsync(task, TaskJson.Default.TaskView, cancellationToken);
                if (view!.Status is "completed" or "failed" or "canceled")
                {
                    await output.WriteLineAsync($"task {view.TaskId} {view.Status}, result {view.Result}");
                    return view.Status == "completed" ? 0 : 1;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await output.WriteLineAsync(exception.Message);
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<Uri> SubmitAsync(HttpClient client, TextWriter output, CancellationToken cancellationToken)
    {
        using var body = new StringContent("""{"smoke": true}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/task", UriKind.Relative), body, cancellationToken);
        response.EnsureSuccessStatusCode();
        await output.WriteLineAsync($"{(int)response.StatusCode} {response.Headers.Location}");
        return response.Headers.Location!;
    }
}
