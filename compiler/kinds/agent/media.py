"""Media: where media of conversations are kept, as a person writes it."""

from pydantic import Field

from compiler.spec import Duration, Integer, SecretName, Shape, String


class LocalMedia(Shape):
    """A folder in the pod."""

    path: String = Field(description="Folder, `/var/lib/omnia/media`.", min_length=1)
    volume_claim: SecretName | None = Field(
        default=None, description="PersistentVolumeClaim mounted there; without one, files are lost with the pod."
    )


class S3Media(Shape):
    """A bucket of S3 or of a store that speaks its protocol."""

    bucket: String = Field(description="Name of the bucket.", min_length=1)
    region: String | None = Field(default=None, description="Region, `eu-west-1`.")
    prefix: String | None = Field(default=None, description="Prefix of the keys, `media/`.")
    endpoint: String | None = Field(default=None, description="Address of the store if it is not AWS.")


class GcsMedia(Shape):
    """A bucket of Google Cloud Storage."""

    bucket: String = Field(description="Name of the bucket.", min_length=1)
    prefix: String | None = Field(default=None, description="Prefix of the objects' names.")


class AzureMedia(Shape):
    """A container of Azure Blob Storage."""

    account: String = Field(description="Storage account.", min_length=1)
    container: String = Field(description="Container.", min_length=1)
    prefix: String | None = Field(default=None, description="Prefix of the blobs' names.")


class MediaStorage(Shape):
    """One store for media: at most one of local, s3, gcs and azure."""

    local: LocalMedia | None = Field(default=None, description="A folder in the pod.")
    s3: S3Media | None = Field(default=None, description="A bucket of S3.")
    gcs: GcsMedia | None = Field(default=None, description="A bucket of Google Cloud Storage.")
    azure: AzureMedia | None = Field(default=None, description="A container of Azure Blob Storage.")
    default_ttl: Duration | None = Field(
        default=None, description="How long a file is kept, `24h`.", alias="defaultTTL"
    )
    upload_url_ttl: Duration | None = Field(
        default=None, description="How long an upload address is valid, `15m`.", alias="uploadURLTTL"
    )
    download_url_ttl: Duration | None = Field(
        default=None, description="How long a download address is valid, `1h`.", alias="downloadURLTTL"
    )
    max_file_size: Integer | None = Field(default=None, ge=1, description="Largest file, in bytes, 10485760.")
    secret: SecretName | None = Field(
        default=None, description="Secret whose keys become environment variables with the store's credentials."
    )


class Media(Shape):
    """Where media are found and kept."""

    base_path: String = Field(
        default="/etc/omnia/media", description="Folder against which mock:// addresses are read."
    )
    storage: MediaStorage | None = Field(default=None, description="Where files of conversations are kept.")
