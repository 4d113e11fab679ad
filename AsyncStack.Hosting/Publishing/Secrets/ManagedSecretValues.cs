using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Secrets;

/// <summary>Values of the External Secrets Operator.</summary>
internal sealed class ExternalSecretValues
{
    public ExternalSecretValues(ValuesSection parent)
    {
        var values = parent.Section("externalSecrets", "External Secrets Operator, for source externalSecrets.");
        StoreKind = values.Choice("storeKind", "ClusterSecretStore", "Kind of the store.", "ClusterSecretStore", "SecretStore");
        StoreName = values.Text("storeName", "", "Name of the store: one of Azure Key Vault, AWS Secrets Manager, Google Secret Manager or Vault.");
        RefreshInterval = values.Text("refreshInterval", "5m", "How often secrets are read again.", "^[0-9]+(s|m|h)$");
        KeyPrefix = values.Text("keyPrefix", "", "Put before each key's name to find it in the store, asyncstack- for one.");
    }

    public Setting<string> StoreKind { get; }

    public Setting<string> StoreName { get; }

    public Setting<string> RefreshInterval { get; }

    public Setting<string> KeyPrefix { get; }
}

/// <summary>Values of the Secrets Store CSI driver.</summary>
internal sealed class CsiValues
{
    public CsiValues(ValuesSection parent)
    {
        var values = parent.Section("csi", "Secrets Store CSI driver, for source csi.");
        Provider = values.Choice("provider", "azure", "Provider of the driver.", "azure", "aws", "gcp", "vault");
        KeyPrefix = values.Text("keyPrefix", "", "Put before each key's name to find it in Azure Key Vault.");
        Parameters = values.Block<Dictionary<string, string>>(
            "parameters", [], "Parameters of the provider. For azure: keyvaultName, tenantId, clientID; objects is written by the chart.\nFor the others: also objects, with an alias or path for each key.", Schema.TextByKey);
    }

    public Setting<string> Provider { get; }

    public Setting<string> KeyPrefix { get; }

    public Setting<Dictionary<string, string>> Parameters { get; }
}
