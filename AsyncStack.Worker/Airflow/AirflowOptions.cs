using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Worker.Airflow;

/// <summary>Settings of the Airflow that runs <c>airflow</c> jobs, section <c>Airflow</c>. Without an address there is none, and such jobs fail.</summary>
public sealed class AirflowOptions : IValidatableObject
{
    /// <summary>Its address, such as <c>https://airflow.example.com</c>. Default none.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>A bearer token of its REST API; or <see cref="Username"/> and <see cref="Password"/>, for which one is got from <c>/auth/token</c>.</summary>
    public string? Token { get; set; }

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>How long one request may take. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often it is asked whether DAG runs have failed, of which no message tells. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The rules between settings.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseUrl is null)
        {
            yield break;
        }

        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            yield return new ValidationResult($"Airflow:{nameof(BaseUrl)} is '{BaseUrl}'; it must be an absolute http or https address.");
        }

        if (Token is null && (Username is null || Password is null))
        {
            yield return new ValidationResult($"Airflow:{nameof(BaseUrl)} is set; set Airflow:{nameof(Token)}, or Airflow:{nameof(Username)} and Airflow:{nameof(Password)}, as well.");
        }
    }
}
