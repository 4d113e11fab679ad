using System.Diagnostics.Metrics;
using AsyncStack.Web.Webhook;

namespace AsyncStack.Web;

/// <summary>The instruments of the Web service.</summary>
internal sealed class WebMetrics
{
    public const string MeterName = "AsyncStack.Web";

    private readonly Counter<long> _webhooks;

    public WebMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _webhooks = meter.CreateCounter<long>(
            "webhooks_received", "{webhook}", "Webhooks received, by verdict: good, malformed, no_secret, stale, bad_signature.");
    }

    public void Received(Verdict verdict) => _webhooks.Add(1, new KeyValuePair<string, object?>("verdict", NameOf(verdict)));

    private static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Good => "good",
        Verdict.Malformed => "malformed",
        Verdict.NoSecret => "no_secret",
        Verdict.Stale => "stale",
        _ => "bad_signature",
    };
}
