using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Airflow;

/// <summary>Airflow refused a request; the message says why.</summary>
internal sealed class AirflowException(string message, bool isTransient) : Exception(message)
{
    /// <summary>Whether another try may succeed.</summary>
    public bool IsTransient => isTransient;
}

/// <summary>The calls of Airflow's REST API v2 that jobs need.</summary>
internal sealed class AirflowClient(IOptions<AirflowOptions> options) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false })
    {
        Timeout = options.Value.RequestTimeout,
    };

    private string? _token = options.Value.Token;

    public bool IsConfigured => options.Value.BaseUrl is not null;

    /// <summary>Triggers a DAG run; one that is there already, and has not failed, is the one that was meant.</summary>
    public async Task TriggerAsync(string dag, string run, JsonObject conf, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["dag_run_id"] = run, ["logical_date"] = null, ["conf"] = conf };
        using var response = await SendAsync(HttpMethod.Post, $"dags/{Uri.EscapeDataString(dag)}/dagRuns", body, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Conflict)
        {
            await CheckAsync(response, dag, cancellationToken);
            return;
        }

        if (await StateAsync(dag, run, cancellationToken) == "failed")
        {
            using var cleared = await SendAsync(
                HttpMethod.Post, $"dags/{Uri.EscapeDataString(dag)}/dagRuns/{Uri.EscapeDataString(run)}/clear", new JsonObject { ["dry_run"] = false }, cancellationToken);
            await CheckAsync(cleared, dag, cancellationToken);
        }
    }

    /// <summary>The state of a DAG run: queued, running, success or failed; null when there is none.</summary>
    public async Task<string?> StateAsync(string dag, string run, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"dags/{Uri.EscapeDataString(dag)}/dagRuns/{Uri.EscapeDataString(run)}", null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await CheckAsync(response, dag, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return answer.GetProperty("state").GetString();
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(method, path, body, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || options.Value.Token is not null)
        {
            return response;
        }

        // The token that was got has expired.
        response.Dispose();
        _token = null;
        return await SendOnceAsync(method, path, body, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        var token = _token ??= await TokenAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, Address($"api/v2/{path}")) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request, cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        var login = new JsonObject { ["username"] = options.Value.Username, ["password"] = options.Value.Password };
        using var response = await _http.PostAsync(Address("auth/token"), JsonContent.Create(login), cancellationToken);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString()!
            : throw new AirflowException($"Airflow gave no token: it answered {(int)response.StatusCode}.", (int)response.StatusCode >= 500);
    }

    private Uri Address(string path) => new($"{options.Value.BaseUrl!.TrimEnd('/')}/{path}");

    private static async Task CheckAsync(HttpResponseMessage response, string dag, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var status = (int)response.StatusCode;
        throw new AirflowException($"Airflow answered {status} for DAG '{dag}': {(text.Length <= 300 ? text : text[..300])}", status is 408 or 429 or >= 500);
    }
}
